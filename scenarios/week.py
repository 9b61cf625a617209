"""Customers of the simulated week: daily, weekly and monthly schedules, some of which must never run or never be charged.

Customers of one kind of work ask for the same work again and again, so that one recording answers every run. Each has
more work waiting than its schedule may do: a run too many would find work, and be charged for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from harness.core.scenario import Ref, Row
from harness.core.week import Schedule, Week
from scenarios.asks import CHECK
from scenarios.brands import TIDEWATER
from scenarios.world import business, bystander, contents, given, ideas, image_model, keywords, tasks

CREDITS = 1000
TOO_FEW = 1
DAY = timedelta(days=1)
ARTICLE = TIDEWATER.articles[0]
IMAGES = 4


def cluster(prefix: str, runs: int) -> tuple[Row, ...]:
    return keywords(TIDEWATER.keywords * runs, prefix=prefix)


def write(prefix: str, runs: int) -> tuple[Row, ...]:
    return tasks(TIDEWATER.briefs[:1] * runs, prefix=prefix)


def describe(prefix: str, runs: int) -> tuple[Row, ...]:
    return contents((ARTICLE,) * runs, prefix=prefix)


def queue(prefix: str, runs: int) -> tuple[Row, ...]:
    return ideas(TIDEWATER.briefs[:1] * runs, prefix=prefix)


def draw(prefix: str, runs: int) -> tuple[Row, ...]:
    """An article a run, with its images, prompts ready."""
    owner = {"account_id": Ref(f"{prefix}account"), "site_id": Ref(f"{prefix}site")}
    pictures = tuple(
        Row(kind="image", name=f"{prefix}image{content}-{n}", values={**owner, "content_id": Ref(f"{prefix}content{content}"), "image_type": "in_article" if n else "featured", "position": n, "prompt": prompt})
        for content in range(1, runs + 1)
        for n, prompt in enumerate(ARTICLE.image_prompts[:IMAGES])
    )  # fmt: skip
    return (*describe(prefix, runs), image_model("runware:97@1", prefix=prefix), *pictures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One kind of work: its stage, how many items a run takes, what it plays, how many charges it makes."""

    stage: int
    limit: tuple[str, int]
    rows: Callable[[str, int], tuple[Row, ...]]
    tape: tuple[str, ...] = ()
    charges: int = 1


CLUSTER = Work(stage=1, limit=("max_keywords", len(TIDEWATER.keywords)), rows=cluster, tape=("openai/planner/cluster_keywords",))  # fmt: skip
QUEUE = Work(stage=3, limit=("max_ideas", 1), rows=queue, charges=0)
WRITE = Work(stage=4, limit=("max_tasks", 1), rows=write, tape=("openai/writer/generate_content",))
DESCRIBE = Work(stage=5, limit=("max_contents", 1), rows=describe, tape=("openai/writer/extract_image_prompts",))
DRAW = Work(stage=6, limit=("max_images", IMAGES), rows=draw, tape=("runware/writer/generate_images_basic",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer to make. `days` and `time` set the first slot, counted from the week's beginning."""

    frequency: str
    work: Work
    days: int
    time: str
    enabled: bool = True
    suspended: bool = False
    credits: int = CREDITS


CUSTOMERS = (
    Customer(frequency="daily", work=CLUSTER, days=0, time="02:00"),
    Customer(frequency="daily", work=WRITE, days=0, time="02:30"),
    Customer(frequency="weekly", work=CLUSTER, days=3, time="01:00"),
    Customer(frequency="daily", work=DRAW, days=0, time="03:00"),
    Customer(frequency="monthly", work=DESCRIBE, days=5, time="02:00"),
    Customer(frequency="monthly", work=CLUSTER, days=20, time="02:00"),
    Customer(frequency="daily", work=QUEUE, days=0, time="23:30"),
    Customer(frequency="daily", work=CLUSTER, days=0, time="02:00", enabled=False),
    Customer(frequency="daily", work=WRITE, days=0, time="01:30", suspended=True),
    Customer(frequency="daily", work=CLUSTER, days=0, time="02:00", credits=TOO_FEW),
    # its schedule stood still for two days: it runs once for all of them, and then goes on
    Customer(frequency="daily", work=DESCRIBE, days=-2, time="22:15"),
    Customer(frequency="weekly", work=DRAW, days=0, time="00:00"),
)
SPARE_RUNS = 2


def week(accounts: int, start: datetime) -> Week:
    """The first `accounts` customers; beyond those above they begin again, some hours later in the day."""
    rows: list[Row] = [*bystander()]
    schedules: list[Schedule] = []
    for n in range(accounts):
        round_, place = divmod(n, len(CUSTOMERS))
        customer, prefix = CUSTOMERS[place], f"c{n + 1:02d}-"
        hour, minute = map(int, customer.time.split(":"))
        at = timedelta(hours=(hour + 5 * round_) % 24, minutes=minute)
        first = start + customer.days * DAY + at
        rows += _rows(customer, prefix, first)
        schedules.append(_schedule(customer, f"{prefix}account", first))
    made = given(tuple(rows), actor="c01-owner")
    return Week(
        given=made,
        schedules=tuple(schedules),
        check=CHECK,
        run="automation_run",
        run_started="started_at",
    )


def _rows(customer: Customer, prefix: str, first: datetime) -> tuple[Row, ...]:
    account, *rest = business(TIDEWATER, credits=customer.credits, prefix=prefix)
    if customer.suspended:
        account = replace(account, values={**account.values, "status": "suspended"})
    limit, count = customer.work.limit
    runs = {"daily": 7, "weekly": 1, "monthly": 1}[customer.frequency] + SPARE_RUNS
    schedule = Row(
        kind="automation_config",
        name=f"{prefix}schedule",
        values={
            "account_id": Ref(f"{prefix}account"), "site_id": Ref(f"{prefix}site"), "is_enabled": customer.enabled,
            "frequency": customer.frequency, "scheduled_time": f"{first:%H:%M}", "stages": [customer.work.stage],
            limit: count, "next_run_at": f"{first:%Y-%m-%dT%H:%M:%SZ}",
        },
    )  # fmt: skip
    return (account, *rest, *customer.work.rows(prefix, runs), schedule)


def _schedule(customer: Customer, account: str, first: datetime) -> Schedule:
    why = "" if customer.enabled else "its schedule is disabled"
    why = "the account is suspended" if customer.suspended else why
    broke = customer.credits == TOO_FEW
    return Schedule(
        account=account,
        frequency=customer.frequency,
        first=first,
        tape=() if broke else customer.work.tape,
        charges=0 if broke else customer.work.charges,
        runs=not why,
        why=why or ("it cannot pay" if broke else ""),
        error="Insufficient credits" if broke else "",
    )
