import hashlib
import hmac
import json
import time
from decimal import Decimal
from unittest.mock import patch

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import TestCase
from django.utils import timezone

from desk.work import open_workspace
from purse import book
from purse.models import Movement, Wallet
from purse.prices import quote


class Prices(TestCase):
    def setUp(self):
        cache.clear()

    def test_tiers(self):
        self.assertEqual(quote("translation", characters=20000).amount, Decimal(7))
        self.assertEqual(quote("translation", characters=22000).amount, Decimal("7.5"))

    def test_minimum(self):
        self.assertEqual(quote("summary", tokens_in=10, tokens_out=10).amount, Decimal("0.1"))

    def test_started_units(self):
        self.assertEqual([quote("polish", words=n).amount for n in (100, 101)], [Decimal("0.2"), Decimal("0.4")])


class Book(TestCase):
    def setUp(self):
        cache.clear()
        self.place = open_workspace("Acme", get_user_model().objects.create_user("anna"))

    def event(self, type="checkout.session.completed", id="evt_1", stamp=None, secret=None):
        body = json.dumps(
            {
                "id": id,
                "type": type,
                "data": {
                    "object": {
                        "client_reference_id": str(self.place.uuid),
                        "payment_status": "paid",
                        "metadata": {"pack": "team"},
                    }
                },
            }
        ).encode()
        stamp = stamp or int(time.time())
        key = (secret or settings.PAYMENTS_SECRET).encode()
        mark = hmac.new(key, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        with patch("purse.tasks.buy.delay") as buy, self.captureOnCommitCallbacks(execute=True):
            reply = self.client.post(
                "/hooks/payments/", body, content_type="application/json", HTTP_STRIPE_SIGNATURE=f"t={stamp},v1={mark}"
            )
        return reply.status_code, buy.call_args_list

    def test_payment(self):
        status, (call,) = self.event()
        self.assertEqual((status, call.args[1:3]), (200, ("team", Decimal(120))))

    def test_payment_twice(self):
        self.event()
        self.assertEqual(self.event(), (200, []))

    def test_forged_or_old(self):
        self.assertEqual(self.event(secret="guess")[0], 400)
        self.assertEqual(self.event(stamp=int(time.time()) - 301)[0], 400)

    def test_lapse(self):
        book.add(self.place.uuid, "grant", Decimal(5), "g", lapses_at=timezone.now())
        book.take_away(self.place.uuid, "spend", Decimal(2), "s")
        self.assertEqual([book.lapse(), book.lapse()], [1, 0])
        self.assertEqual(Wallet.objects.get().available, 0)
        self.assertEqual(Movement.objects.get(kind="lapse").amount, Decimal(3))
