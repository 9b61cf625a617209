import hashlib
import hmac
import json
import time
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse, HttpResponseBadRequest
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from purse import tasks
from purse.models import PaymentEvent, Wallet

TOLERANCE_S = 300


def signed(header, body, now):
    """Whether one of the v1 signatures in `header` is ours, and not older than five minutes."""
    parts = [part.split("=", 1) for part in header.split(",") if "=" in part]
    stamp = next((value for name, value in parts if name == "t"), "")
    if not stamp.isdigit() or abs(now - int(stamp)) > TOLERANCE_S:
        return False
    right = hmac.new(settings.PAYMENTS_SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return any(hmac.compare_digest(value, right) for name, value in parts if name == "v1")


@csrf_exempt
@require_POST
def payments(request):
    if not signed(request.headers.get("Stripe-Signature", ""), request.body, time.time()):
        return HttpResponseBadRequest("signature")
    event = json.loads(request.body)
    thing = event["data"]["object"]
    with transaction.atomic():
        _, fresh = PaymentEvent.objects.get_or_create(
            event=event["id"], defaults={"type": event["type"], "payload": event}
        )
        if not fresh:
            return HttpResponse("seen", content_type="text/plain")
        workspace = thing.get("client_reference_id") or thing.get("metadata", {}).get("workspace", "")
        pack = thing.get("metadata", {}).get("pack")
        if pack not in settings.PACKS or not Wallet.objects.filter(workspace_id=UUID(workspace)).exists():
            return HttpResponse("not ours", content_type="text/plain")
        credits = settings.PACKS[pack]
        if event["type"] == "checkout.session.completed" and thing.get("payment_status") == "paid":
            transaction.on_commit(lambda: tasks.buy.delay(UUID(workspace), pack, credits, event["id"]))
        elif event["type"] == "charge.refunded":
            transaction.on_commit(lambda: tasks.charged_back.delay(UUID(workspace), credits, event["id"]))
    return HttpResponse("ok", content_type="text/plain")
