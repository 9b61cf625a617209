import json
from decimal import Decimal

import requests
from django.conf import settings
from django.db import transaction
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from people.doors import with_token
from people.models import MinuteBooking, Person
from rest_framework.decorators import api_view, authentication_classes, permission_classes

from notes.models import Note

PRICES = {"shorten": Decimal("1.50"), "headline": Decimal("0.25")}


def ask(prompt):
    answer = requests.post(
        "https://api.openai.com/v1/chat/completions",
        json={"model": "gpt-4o-mini", "messages": [{"role": "user", "content": prompt}]},
        headers={"Authorization": f"Bearer {settings.WORDS_TOKEN}"},
        timeout=20,
    )
    answer.raise_for_status()
    return answer.json()["choices"][0]["message"]["content"]


def pay(person, reason):
    with transaction.atomic():
        payer = Person.objects.select_for_update().get(pk=person.pk)
        if payer.minutes_remaining < PRICES[reason]:
            return False
        payer.minutes_remaining -= PRICES[reason]
        payer.save(update_fields=["minutes_remaining"])
        MinuteBooking.objects.create(person=payer, minutes=-PRICES[reason], reason=reason)
    return True


@csrf_exempt
@require_POST
@with_token
def add(request):
    body = json.loads(request.body or b"{}")
    if not body.get("text"):
        return JsonResponse({"error": "text is required"}, status=400)
    note = Note.objects.create(person=request.person, text=body["text"])
    return JsonResponse({"note": note.pk}, status=201)


@csrf_exempt
@require_POST
@with_token
def shorten(request, note):
    note = get_object_or_404(Note, pk=note, person=request.person)
    short = ask(f"Say it in one sentence: {note.text}")
    if not pay(request.person, "shorten"):
        return JsonResponse({"error": "no minutes left"}, status=402)
    note.short = short
    note.save(update_fields=["short"])
    return JsonResponse({"short": short})


@api_view(["POST"])
@authentication_classes([])
@permission_classes([])
@with_token
def headline(request):
    text = request.data["text"]
    line = ask(f"A headline for: {text}")
    if not pay(request.person, "headline"):
        return JsonResponse({"error": "no minutes left"}, status=402)
    return JsonResponse({"headline": line})
