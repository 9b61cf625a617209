import json
from datetime import date, timedelta
from functools import wraps

from django.contrib import auth
from django.core.cache import cache
from django.db import transaction
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from desk import engines, tasks, work
from desk.models import Job, Membership, Transcript
from purse.book import NotEnough
from purse.prices import quote

LATEST = timedelta(hours=4)
PAGE = 25
LANGUAGES = {"BG", "CS", "DA", "DE", "EN-GB", "EN-US", "ES", "ET", "FI", "FR", "IT", "JA", "NL", "PL", "PT-PT", "SV"}


def problem(status, word, **more):
    return JsonResponse({"problem": word, **more}, status=status)


def given(request):
    try:
        found = json.loads(request.body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def member(view):
    """Signed in, and of the workspace in the path: anything else is not there. Spending needs the right to."""

    @wraps(view)
    def inner(request, workspace, **more):
        if not request.user.is_authenticated:
            return problem(401, "sign in first")
        found = get_object_or_404(
            Membership.objects.select_related("workspace__wallet"), workspace=workspace, person=request.user
        )
        if request.method == "POST" and not found.may_spend:
            return problem(403, "may not spend")
        try:
            return view(request, found.workspace, **more)
        except NotEnough as error:
            return problem(402, "not enough credits", needed=str(error.needed), available=str(error.available))

    return inner


def told(job):
    return {
        "job": job.uuid,
        "operation": job.operation,
        "state": job.state,
        "output": job.output,
        "trouble": job.trouble or None,
    }


@ensure_csrf_cookie
@require_http_methods(["GET", "POST", "DELETE"])
def session(request):
    if request.method == "DELETE":
        auth.logout(request)
        return JsonResponse({"user": None})
    if request.method == "POST":
        body = given(request)
        name = str(body.get("username", ""))
        if cache.get(f"locked:{name}", 0) >= 10:
            return problem(429, "too many attempts")
        user = auth.authenticate(request, username=name, password=str(body.get("password", "")))
        if user is None:
            cache.set(f"locked:{name}", cache.get(f"locked:{name}", 0) + 1, 900)
            return problem(401, "wrong name or password")
        auth.login(request, user)
    if not request.user.is_authenticated:
        return JsonResponse({"user": None})
    places = Membership.objects.filter(person=request.user).select_related("workspace").order_by("workspace__opened")
    return JsonResponse(
        {
            "user": request.user.username,
            "workspaces": [{"uuid": place.workspace_id, "name": place.workspace.name} for place in places],
        }
    )


@require_GET
@member
def wallet(request, workspace):
    return JsonResponse({"available": workspace.wallet.available})


@require_GET
@member
def movements(request, workspace):
    page = max(1, int(request.GET.get("page", "1"))) if request.GET.get("page", "1").isdigit() else 1
    rows = workspace.wallet.movements.order_by("-made_at")[(page - 1) * PAGE : page * PAGE]
    fields = ("uuid", "kind", "direction", "amount", "available_after", "operation", "note", "made_at")
    return JsonResponse({"page": page, "movements": list(rows.values(*fields))})


@require_POST
@member
def translations(request, workspace):
    body = given(request)
    text, target = body.get("text"), body.get("target", workspace.language)
    if not isinstance(text, str) or not text.strip() or len(text) > 100_000 or target not in LANGUAGES:
        return problem(422, "text and a known target are needed")
    not_before = parse_datetime(str(body["not_before"])) if body.get("not_before") else None
    if body.get("not_before") and (not_before is None or timezone.is_naive(not_before)):
        return problem(422, "not_before is no time with a zone")
    if not_before and not_before > timezone.now() + LATEST:
        return problem(422, "not_before is too far away")
    remembered = cache.get(work.memory_key(workspace, text, target))
    if remembered is not None:
        done = Job.objects.create(workspace=workspace, operation="translation", given=text, target=target)
        work.end(done, {"text": remembered, "from_memory": True})
        return JsonResponse(told(done), status=200)
    price = quote("translation", characters=len(text))
    with transaction.atomic():
        job = work.order(workspace, "translation", price, given=text, target=target, not_before=not_before)
        urgency = 0 if body.get("urgent") else 3
        transaction.on_commit(
            lambda: tasks.translate.apply_async(args=(job.uuid, price), eta=not_before, priority=urgency)
        )
    return JsonResponse(told(job), status=202)


@require_http_methods(["GET", "POST"])
@member
def transcripts(request, workspace):
    if request.method == "GET":
        rows = workspace.transcripts.order_by("-added").values("uuid", "title", "held_on")[:PAGE]
        return JsonResponse({"transcripts": list(rows)})
    body = given(request)
    if not body.get("title") or not body.get("body"):
        return problem(422, "title and body are needed")
    try:
        held_on = date.fromisoformat(body["held_on"]) if body.get("held_on") else timezone.localdate()
    except ValueError:
        return problem(422, "held_on is no date")
    made = Transcript.objects.create(workspace=workspace, title=body["title"], body=body["body"], held_on=held_on)
    return JsonResponse({"transcript": made.uuid, "words": made.words}, status=201)


@require_POST
@member
def summary(request, workspace, transcript):
    transcript = get_object_or_404(workspace.transcripts, uuid=transcript)
    work.can_summarise(workspace)
    job = Job.objects.create(workspace=workspace, operation="summary", transcript=transcript)
    tasks.summarise.apply_async(args=(job.uuid,), priority=3)
    return JsonResponse(told(job), status=202)


@require_POST
@member
def polish(request, workspace, transcript):
    transcript = get_object_or_404(workspace.transcripts, uuid=transcript)
    price = quote("polish", words=transcript.words)
    with transaction.atomic():
        job = work.order(workspace, "polish", price, transcript=transcript)
        transaction.on_commit(lambda: tasks.polish.delay(job.uuid, price))
    return JsonResponse(told(job), status=202)


@require_POST
@member
def glossary(request, workspace, transcript):
    transcript = get_object_or_404(workspace.transcripts.select_related("workspace"), uuid=transcript)
    try:
        job = work.glossary(transcript)
    except engines.Busy:
        return problem(503, "try again later")
    except engines.Refused as error:
        return problem(502, str(error))
    return JsonResponse(told(job))


@require_GET
@member
def job(request, workspace, job):
    return JsonResponse(told(get_object_or_404(workspace.jobs, uuid=job)))
