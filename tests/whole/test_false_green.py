"""Ways to a green run that should be red, each done by the backend beside a charge that is right: docs/false-green.md lists every kind.

The charge itself is as locked in each of them: the laws of the ledger pass, and something else has to see it.
"""

from __future__ import annotations

import pytest

from harness.jobs.score import catalogue, plant
from tests.whole.seeded import MISTAKES
from tests.whole.workshop import Workshop

pytestmark = [pytest.mark.slow, pytest.mark.stack]

SERVICE = "backend/igny8_core/business/billing/services/credit_service.py"
ENTRY = "description=(description or operation_type)[:255],\n                metadata={\n"
CELL = "linker/generate_links@manual"
BESIDE = {
    "another customer's tokens are deleted": (
        'apps.get_model("igny8_auth", "ApiToken").objects.exclude(user__account=account).delete()',
        ("surface", "igny8_api_tokens"),
    ),
    "a password is written over": (
        'apps.get_model("igny8_auth", "User").objects.filter(account=account).update(password="hunter2")',
        ("surface", "igny8_users <user> password:!->hunter2"),
    ),
    "a row is from 1970": (
        'apps.get_model("igny8_auth", "Site").objects.filter(account=account).update(created_at=datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC))',
        ("surface", "created_at:<now>->1970-01-01"),
    ),
    "a table is made": ('connection.cursor().execute("CREATE TABLE audit (n int)")', ("surface", "made audit")),
    "a schema is made": ('connection.cursor().execute("CREATE SCHEMA audit; CREATE TABLE audit.kept (n int)")', ("surface", "audit.kept")),
    "a key of another Redis database": (
        'redis.Redis.from_url(settings.CELERY_BROKER_URL.rpartition("/")[0] + "/5").set("seen", "1")',
        ("surface", "redis 5 seen"),
    ),
    "a mail": ('mail.send_mail("hello", "you were charged", "shop@example.com", ["all@example.com"])', ("surface", "SEND smtp://localhost:25/")),
    "a host that nobody declared": (
        'telling("http://collector.example/seen")',
        ("surface", "side host collector.example was looked for: no provider of harness.toml speaks there"),
    ),
    "an error in the log": ('logging.getLogger("igny8").error("the charge was not sent on")', ("surface", "the charge was not sent on")),
    "a task that nobody knows": ('current_app.send_task("igny8_core.nobody.knows", [1])', ("surface", "igny8_core.nobody.knows")),
    "a queue that nobody serves": ('current_app.send_task("igny8_core.ai.tasks.run_ai_task", ["x", {}, 1], queue="attic")', ("settle", "attic")),
}  # fmt: skip
"""What is done beside a charge -> (the line, (who tells it, in which words))."""

HEAD = """

def _beside(account):
    import contextlib, datetime, logging
    import redis, requests
    from celery import current_app
    from django.apps import apps
    from django.conf import settings
    from django.core import mail
    from django.db import connection

    def telling(url):
        with contextlib.suppress(Exception):
            requests.get(url, timeout=1)

    {line}
    return {{}}
"""


@pytest.mark.parametrize("what", BESIDE)
def test_what_is_done_beside_a_right_charge_is_told(what: str, shop, warm: Workshop):
    """Claim: credits are as locked, and the run is red all the same, by the check that says what was done."""
    line, (checker, says) = BESIDE[what]
    place: Workshop = shop()
    place.edit(SERVICE, ENTRY, ENTRY + "                    **_beside(account),\n")
    file = place.folder / SERVICE
    file.write_text(file.read_text() + HEAD.format(line=line))
    place.borrow(warm)
    told = place.harness("verify", "--only", CELL)
    assert told.code == 1, told.out + told.err
    seen = told.failures(CELL)
    assert checker in seen, told.out
    assert not {"law-1", "law-4", "law-6"} & set(seen), told.out
    assert "credits charged where" not in told.out
    assert says in told.out, told.out


PLANTED = {
    "certificates_not_verified": ("linker/generate_links@manual~untrusted", "certificates"),
    "lists_of_every_account": ("planner/cluster_keywords@manual~read", "law-16"),
    "revoked_tokens_work": ("planner/create_tasks@manual~api_token.revoked=true", "surface"),
}
"""Mistake -> the cell whose world tells it, and who does."""


@pytest.mark.parametrize("name", PLANTED)
def test_what_the_given_world_cannot_tell_another_does(name: str, shop, warm: Workshop):
    """Claim: the plain cell passes with the mistake in it; in the world that is made for it, it does not."""
    cell, checker = PLANTED[name]
    place: Workshop = shop()
    plant.apply(catalogue.read_one(MISTAKES, MISTAKES / "phase_0" / f"{name}.patch"), place.folder)
    place.borrow(warm)
    assert place.harness("verify", "--vary", "none", "--only", cell.partition("~")[0]).code == 0
    told = place.harness("verify", "--only", cell)
    assert told.code == 1, told.out + told.err
    assert checker in told.failures(cell), told.out
