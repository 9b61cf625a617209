"""How each operation is asked for: by its button, by the task that beat sends, or by its management command."""

from __future__ import annotations

from harness.core.action import Operation, call, post, task
from harness.core.scenario import Path

translate = Operation(
    name="translate a text", by={Path.MANUAL: post("/w/$workspace/translations/", {"text": "$text", "target": "DE"})}
)
summarise = Operation(name="summarise", by={Path.MANUAL: post("/w/$workspace/transcripts/$talk/summary/")})
polish = Operation(name="polish", by={Path.MANUAL: post("/w/$workspace/transcripts/$talk/polish/")})
glossary = Operation(name="make a glossary", by={Path.MANUAL: post("/w/$workspace/transcripts/$talk/glossary/")})
digest = Operation(
    name="write the digest of a day",
    by={
        Path.SCHEDULED: call(
            "from datetime import date\nfrom uuid import UUID\nfrom desk import tasks\n"
            "tasks.digest.apply_async(args=(UUID(str($workspace)), date(2026, 3, 2)), priority=9)"
        ),
        Path.DIRECT: call(
            "from django.core.management import call_command\n"
            "call_command('write_digest', str($workspace), '--day', '2026-03-02')"
        ),
    },
)
lapse = Operation(name="take lapsed bonus", by={Path.SCHEDULED: task("lingopost.money.lapse_bonus")})

last_try = call(
    """
from desk import tasks, work
from desk.models import Transcript
from purse.prices import quote
talk = Transcript.objects.select_related("workspace").get(uuid=str($talk))
price = quote("polish", words=talk.words)
job = work.order(talk.workspace, "polish", price, transcript=talk)
tasks.polish.apply_async(args=(job.uuid, price), retries=3)
"""
)
"""A polish whose message has waited 20, 60 and 180 seconds: the try after which patience ends."""
