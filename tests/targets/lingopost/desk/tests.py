from datetime import date
from decimal import Decimal
from unittest.mock import patch

from celery.exceptions import Retry
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import TestCase

from desk import engines, tasks, work
from desk.models import Job, Transcript
from purse.models import Movement, UsageLine, Wallet
from purse.prices import quote


def answer(text="{}", ref="req-1", **meters):
    return engines.Answer(provider="openai", ref=ref, text=text, model="m", meters=meters)


class DeskCase(TestCase):
    def setUp(self):
        cache.clear()
        self.anna = get_user_model().objects.create_user("anna", password="pw")
        self.place = work.open_workspace("Acme", self.anna, Decimal(10), language="DE")
        self.talk = Transcript.objects.create(
            workspace=self.place, title="Monday", body="word " * 150, held_on=date(2026, 3, 2)
        )
        self.client.force_login(self.anna)

    def at(self, tail):
        return f"/w/{self.place.uuid}/{tail}"

    def post(self, tail, body=None):
        with self.captureOnCommitCallbacks(execute=True):
            return self.client.post(self.at(tail), body or {}, content_type="application/json")

    def available(self):
        return Wallet.objects.get(workspace=self.place).available

    def kinds(self):
        return list(Movement.objects.order_by("made_at").values_list("kind", flat=True))


class Translations(DeskCase):
    def order(self, text="x" * 1000, **more):
        with patch("desk.tasks.translate.apply_async") as sent:
            reply = self.post("translations/", {"text": text, "target": "FR", **more})
        return reply, sent

    def test_taken_when_ordered(self):
        reply, sent = self.order()
        self.assertEqual((reply.status_code, self.available()), (202, Decimal("9.65")))
        self.assertEqual(sent.call_args.kwargs["priority"], 3)

    def test_done(self):
        _, sent = self.order()
        with patch("desk.engines.translate", return_value=answer("bonjour", "trace-9", characters=1000)):
            tasks.translate.apply(args=sent.call_args.kwargs["args"])
        self.assertEqual(Job.objects.get().output, {"text": "bonjour"})
        self.assertEqual(Movement.objects.get(kind="spend").provider_ref, "trace-9")
        self.assertEqual(UsageLine.objects.get().credits, Decimal("0.35"))

    def test_a_second_message_does_nothing(self):
        _, sent = self.order()
        with patch("desk.engines.translate", return_value=answer("bonjour")) as asked:
            tasks.translate.apply(args=sent.call_args.kwargs["args"])
            tasks.translate.apply(args=sent.call_args.kwargs["args"])
        self.assertEqual((asked.call_count, self.kinds()), (1, ["grant", "spend"]))

    def test_memory_is_free(self):
        _, sent = self.order("hello")
        with patch("desk.engines.translate", return_value=answer("bonjour")):
            tasks.translate.apply(args=sent.call_args.kwargs["args"])
        before = self.available()
        reply, sent = self.order("hello")
        self.assertEqual((reply.status_code, self.available(), sent.called), (200, before, False))

    def test_refused_is_given_back_once(self):
        _, sent = self.order()
        with patch("desk.engines.translate", side_effect=engines.Refused("no")):
            tasks.translate.apply(args=sent.call_args.kwargs["args"])
            tasks.translate.apply(args=sent.call_args.kwargs["args"])
        self.assertEqual((self.available(), self.kinds()), (Decimal(10), ["grant", "spend", "refund"]))

    def test_busy_is_tried_again_and_then_given_back(self):
        _, sent = self.order()
        args = sent.call_args.kwargs["args"]
        with patch("desk.engines.translate", side_effect=engines.Busy("429")):
            with patch("desk.tasks.translate.retry", side_effect=Retry()) as retry:
                tasks.translate.apply(args=args)
            self.assertEqual(retry.call_args.kwargs["countdown"], 20)
            self.assertEqual(self.available(), Decimal("9.65"))
            tasks.translate.apply(args=args, retries=3)
        self.assertEqual(self.available(), Decimal(10))

    def test_not_enough(self):
        Wallet.objects.update(available=Decimal("0.3499"))
        reply, sent = self.order()
        self.assertEqual((reply.status_code, Job.objects.count(), sent.called), (402, 0, False))

    def test_later(self):
        _, sent = self.order(not_before="2020-01-01T00:00:00Z")
        self.assertEqual(sent.call_args.kwargs["eta"].year, 2020)
        self.assertEqual(self.order(not_before="2999-01-01T00:00:00Z")[0].status_code, 422)


class Transcripts(DeskCase):
    def test_summary_by_tokens(self):
        with patch("desk.tasks.summarise.apply_async") as sent:
            self.post(f"transcripts/{self.talk.uuid}/summary/")
        told = answer('{"headline": "h"}', tokens_in=9000, tokens_cached=1000, tokens_out=2000)
        with patch("desk.engines.chat", return_value=told):
            tasks.summarise.apply(args=sent.call_args.kwargs["args"])
        self.assertEqual(self.available(), Decimal("7.90"))

    def test_failed_summary_costs_nothing(self):
        with patch("desk.tasks.summarise.apply_async") as sent:
            self.post(f"transcripts/{self.talk.uuid}/summary/")
        with patch("desk.engines.chat", side_effect=engines.Refused("no JSON")):
            tasks.summarise.apply(args=sent.call_args.kwargs["args"])
        self.assertEqual((self.kinds(), Job.objects.get().state), (["grant"], "failed"))

    def test_glossary_at_once(self):
        with patch("desk.engines.chat", return_value=answer('{"terms": []}')):
            reply = self.post(f"transcripts/{self.talk.uuid}/glossary/")
        self.assertEqual((reply.json()["output"], self.available()), ({"terms": []}, Decimal("9.25")))

    def test_glossary_refused(self):
        with patch("desk.engines.chat", side_effect=engines.Refused("no")):
            self.assertEqual(self.post(f"transcripts/{self.talk.uuid}/glossary/").status_code, 502)
        self.assertEqual(self.available(), Decimal(10))

    def test_polish_by_started_hundred(self):
        with patch("desk.tasks.polish.delay"):
            self.post(f"transcripts/{self.talk.uuid}/polish/")
        self.assertEqual(self.available(), Decimal("9.60"))

    def test_digest_once(self):
        with patch("desk.engines.chat", return_value=answer("all")):
            tasks.digest.apply(args=(self.place.uuid, date(2026, 3, 2)))
            tasks.digest.apply(args=(self.place.uuid, date(2026, 3, 2)))
        self.assertEqual((self.kinds(), self.available()), (["grant", "spend"], Decimal("7.50")))

    def test_stalled(self):
        job = work.order(self.place, "polish", quote("polish", words=1), transcript=self.talk)
        Job.objects.update(ordered="2020-01-01T00:00:00Z")
        tasks.stalled.apply()
        job.refresh_from_db()
        self.assertEqual((job.state, self.available()), ("failed", Decimal(10)))

    def test_strangers_see_nothing(self):
        self.client.force_login(get_user_model().objects.create_user("eve"))
        self.assertEqual(self.client.get(self.at("wallet/")).status_code, 404)
        self.client.logout()
        self.assertEqual(self.client.get(self.at("wallet/")).status_code, 401)
