"""A webhook is signed as its sender signs it; what the target verifies is done here by hand."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from types import SimpleNamespace

import pytest

from harness.cell import drive
from harness.cell.webhook import deliver, signature
from harness.core.errors import HarnessError
from harness.core.scenario import Do, Given, Path, Ref, Row, Scenario, Settle, Webhook
from harness.judge.actors import actors_of
from harness.judge.facts import Target
from harness.judge.golden.ordering import together
from tests.cell.surface import REFS, Config, Fake, Session
from tests.judge.ledgers import TARGET, empty_cell

SECRET = "whsec_test"  # of a stack that is thrown away
PAID = Webhook(
    url="/hooks/$site/",
    body={"id": "evt_1", "data": {"account": Ref("account"), "text": "Ä"}},
    secret="$PAYMENTS_SECRET",
    scheme="stripe",
)
CONFIG = SimpleNamespace(env={"PAYMENTS_SECRET": SECRET})


def sent(step: Webhook, answers=((200, {}),), ahead_s: float = 0.0):
    surface = Fake(ahead_s=ahead_s)
    surface.session = Session(list(answers))
    exchange = deliver(CONFIG, step, {"site": 7}, REFS, surface).exchange
    return exchange, *surface.session.sent


def digest(message: bytes) -> str:
    return hmac.new(SECRET.encode(), message, hashlib.sha256).hexdigest()


def test_stripe_signs_the_time_and_the_bytes_that_are_sent():
    """Refs are keys, the time is now, and the digest is of both."""
    exchange, (method, url, body, header) = sent(PAID)
    assert (method, url) == ("POST", "http://target/hooks/7/")
    assert json.loads(body) == {"id": "evt_1", "data": {"account": 5, "text": "Ä"}}
    stamp, mark = (part.split("=")[1] for part in header.split(","))
    assert abs(time.time() - int(stamp)) < 60
    assert mark == digest(f"{stamp}.".encode() + body)
    assert (exchange.method, exchange.path, exchange.status, exchange.request) == ("POST", "/hooks/7/", 200, json.loads(body))  # fmt: skip


def test_the_time_that_is_signed_is_the_cells():
    """Claim: where the clock went an hour ahead, a sender whose clock did not would be refused as an old one."""
    _, (*_, header) = sent(PAID, ahead_s=3600.0)
    assert abs(time.time() + 3600 - int(header.split(",")[0].removeprefix("t="))) < 60


@pytest.mark.parametrize(
    ("changes", "header"),
    [
        ({}, {"X-Signature": digest(b"{}")}),
        ({"header": "X-Signature-256", "prefix": "sha256="}, {"X-Signature-256": "sha256=" + digest(b"{}")}),
        ({"scheme": "stripe", "age_s": 600}, {"Stripe-Signature": f"t=1000,v1={digest(b'1000.{}')}"}),
    ],
)
def test_each_scheme_has_its_header(changes, header):
    """A name and a prefix of one's own; an old signature for a target that must refuse it."""
    step = Webhook(url="/", body={}, secret=SECRET, **changes)
    assert signature(step, SECRET, b"{}", 1600.9) == header


@pytest.mark.parametrize(
    ("changes", "code", "hint"),
    [
        ({"scheme": "strip"}, "webhook-scheme", "did you mean 'stripe'?"),
        ({"secret": "$PAYMENT_SECRET"}, "webhook-secret", "did you mean 'PAYMENTS_SECRET'?"),
    ],
)
def test_a_scheme_or_a_secret_that_nobody_knows_is_refused(changes, code, hint):
    """By the webhook's url."""
    step = Webhook(**{"url": "/hooks/", "body": {}, "secret": "$PAYMENTS_SECRET", **changes})
    with pytest.raises(HarnessError) as error:
        sent(step)
    assert (error.value.code, error.value.hint) == (code, hint)
    assert "the webhook to /hooks/" in error.value.message


def test_a_scenario_sends_it_among_its_steps():
    """On its paths only, with an expectation that is judged as any other's."""
    surface = Fake()
    surface.session = Session([(400, {"error": "signature"})])
    forged = Webhook(url="/hooks/", body={}, secret="wrong", expect=400, paths=(Path.MANUAL,))
    scenario = Scenario(id="a/b", title="", given=Given(rows=()), when=(forged, Settle()), paths=(Path.MANUAL,))
    config = SimpleNamespace(env={}, settle_timeout_s=Config.settle_timeout_s, operations={})
    driven = drive.drive(config, scenario, Path.MANUAL, REFS, "token", surface)
    assert [(one.status, one.expected) for one in driven.http] == [(400, 400)]
    assert drive.drive(config, scenario, Path.DIRECT, REFS, "token", surface).http == []


def test_who_is_told_of_a_payment_is_an_actor():
    """His balance may move; one whose webhook must be refused may not."""
    rows = (Row(kind="account", name="account", values={}), Row(kind="account", name="bystander", values={}))

    def scenario(step):
        return Scenario(id="a/b", title="", given=Given(rows=rows), when=(step,), paths=(Path.MANUAL,))

    target = Target(tables={}, ledger=TARGET.ledger)
    told = Webhook(url="/", body={"data": [Ref("bystander")]}, secret="x")
    assert actors_of(empty_cell(), scenario(told), target) == {"bystander"}
    refused = Webhook(url="/", body={"data": [Ref("bystander")]}, secret="x", expect=403)
    assert actors_of(empty_cell(), scenario(refused), target) == frozenset()


def test_a_payment_and_work_may_meet():
    """Without a wait between them their movements have no order."""
    pay, work = Webhook(url="/", body={}, secret="x"), Do(operation="write")
    for when, mixed in (((pay, work), True), ((pay, Settle(), work), False), ((pay, pay), False)):
        scenario = Scenario(id="a/b", title="", given=Given(rows=()), when=when, paths=(Path.MANUAL,))
        assert together(scenario, "manual") is mixed
