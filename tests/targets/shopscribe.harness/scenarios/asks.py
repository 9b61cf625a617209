"""How each operation is asked for: by its button, by the task that beat sends, or by its management command."""

from __future__ import annotations

from harness.core.action import Action, Operation, call, post, start, task
from harness.core.scenario import Path


def command(words: str) -> Action:
    """A management command; what it was refused for is the error behind CommandError."""
    code = f"""
from io import StringIO
from django.core.management import CommandError, call_command
try:
    call_command({words}, stdout=StringIO())
except CommandError as error:
    raise error.__cause__
"""
    return call(code, refused={"BalanceTooLow": 402})


describe = Operation(
    name="describe a product",
    by={
        Path.MANUAL: post("/api/products/$product/describe/"),
        Path.SCHEDULED: task("catalog.tasks.describe_missing"),
        Path.DIRECT: command("'describe', $sku"),
    },
)
draw = Operation(
    name="draw pictures",
    by={Path.MANUAL: post("/api/products/$product/pictures/", {"size": "$size", "count": "$count"})},
)
campaign = Operation(
    name="write a campaign", by={Path.MANUAL: post("/api/campaigns/", {"angle": "for winter", "products": "$products"})}
)
alt_texts = Operation(
    name="write alternative texts",
    by={
        Path.SCHEDULED: task("catalog.tasks.alt_texts", kwargs={"limit": 50}),
        Path.DIRECT: command("'alt_texts'"),
    },
)
tags = Operation(name="suggest tags", by={Path.DIRECT: command("'suggest_tags'")})
deposit = Operation(name="deposit by hand", by={Path.DIRECT: command("'deposit', '500'")})
close = Operation(name="close forgotten orders", by={Path.SCHEDULED: task("catalog.tasks.close_forgotten")})
close_now = call("from catalog.tasks import close_forgotten\nclose_forgotten(hours=0)")
"""As an hour later: every order that is open was forgotten."""

a_day_later = call(
    "from datetime import timedelta\nfrom django.db.models import F\nfrom catalog.models import Order\n"
    "Order.objects.update(created_at=F('created_at') - timedelta(days=1))"
)
"""What was ordered in this cell was ordered yesterday."""

beat_fires = Operation(
    name="beat fires",
    by={
        Path.SCHEDULED: start(
            "beat",
            prepare="""
from datetime import timedelta
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
PeriodicTask.objects.update(last_run_at=timezone.now())
PeriodicTask.objects.filter(name=$entry).update(last_run_at=timezone.now() - timedelta(days=2))
""",
        )
    },
)
"""The real beat, whose table says that `entry` was last sent two days ago, and all else just now."""
