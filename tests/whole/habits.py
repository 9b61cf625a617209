"""Habits of other teams' backends, each a patch of the repository's own: settings and columns that are as good as its own.

`habits/<name>.patch` applies to a workshop. `cells` are driven on it. `as_plain`: nothing of what they observe differs from the backend
without the habit. `says`: what the report must say of them; empty where they are right. `broken` is Python that breaks the
harness where it knows the habit, run before the command; `misses` is what is seen to be wrong then.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PATCHES = Path(__file__).parent / "habits"

ARTICLE = "writer/generate_content"
RUN = "automation/full_run@scheduled"
LINK = "linker/generate_links@direct"
KILLED = "writer/images_worker_killed@manual"

AGAIN = ("1 credit charged where the golden has 0 (+1)", "calls openai POST /v1/images/generations: 3 -> 4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    name: str
    cells: tuple[str, ...]
    as_plain: bool = True
    says: tuple[str, ...] = ()
    edits: tuple[tuple[str, str, str], ...] = ()
    """(file, old, new), after the patch: what its team writes in harness.toml because of it, or another number."""
    copies: tuple[str, ...] = ()
    migrates: bool = False
    """It changes what migrating makes."""
    like: str = ""
    """The habit whose patch this one begins with."""
    broken: str = ""
    misses: str = ""

    @property
    def patch(self) -> Path:
        return PATCHES / f"{self.like or self.name}.patch"


HABITS = (
    # messages lie in lists named "celery:3"
    Habit(
        name="priority_queues",
        cells=(f"{ARTICLE}@manual", f"{ARTICLE}@scheduled", LINK),
        broken="""
from harness.stack.broker import traffic
pushed = traffic._pushed
for verb in (b"LPUSH", b"RPUSH"):
    traffic._HEAR[verb] = lambda seen, command: b":" in command.words[0] or pushed(seen, command)
""",
        misses="0 credits charged where the golden has 20",
    ),
    Habit(
        name="pickle",
        cells=(f"{ARTICLE}@manual", f"{ARTICLE}@scheduled", LINK),
        broken="""
from harness.stack.broker import content
del content.READERS["application/x-python-serialize"]
""",
        misses='"args":[]',
    ),
    Habit(
        name="other_default_queue",
        cells=(f"{ARTICLE}@manual", f"{ARTICLE}@scheduled", LINK),
        broken="""
from harness.stack.roles import sender
sender._SEND = sender._SEND.replace("args, kwargs)", "args, kwargs, queue='celery')")
""",
        misses="no worker of this stack serves the queue celery; they serve default",
    ),
    # a charge is taken once an hour for the same tokens: cells must not find each other's
    Habit(
        name="cache_in_another_redis_db",
        cells=(f"{ARTICLE}@manual", f"{ARTICLE}@automation", f"{ARTICLE}@scheduled"),
        broken="""
from harness.stack.broker.keep import Keeper
Keeper._databases = lambda self: [0]
""",
        misses="0 credits charged where the golden has 20",
    ),
    # a killed worker's message comes again, and with it the rest of its images; after 4 seconds, if nobody brings it sooner
    Habit(
        name="late_ack",
        cells=(KILLED,),
        as_plain=False,
        says=AGAIN,
    ),
    # the same, after an hour: only who waits for a redelivery by bringing it about sees it
    Habit(
        name="late_ack_for_an_hour",
        like="late_ack",
        cells=(KILLED,),
        as_plain=False,
        says=AGAIN,
        edits=(("backend/igny8_core/settings.py", '"visibility_timeout": 4', '"visibility_timeout": 3600'),),
        broken="""
from harness.stack.broker import redelivery
counts = redelivery.counts
redelivery.counts = lambda *asked: {key: n for key, n in counts(*asked).items() if key in asked[1].queues}
redelivery.unacknowledged = lambda *_: set()
""",
        misses="1 passed, 0 failed, 0 unknown",
    ),
    # the backend never says whose rows it works on, and its role is no superuser: it sees none of them
    Habit(
        name="row_level_security",
        cells=(f"{ARTICLE}@manual",),
        migrates=True,
        as_plain=False,
        says=("0 credits charged where the golden has 20 (-20)", "succeeded and was never charged"),
        broken="""
from harness.stack.database import postgres
start = postgres.start
def as_superuser(*args, **kwargs):
    server, admin = start(*args, **kwargs)
    admin.execute(f"ALTER ROLE {postgres.OWNER} SUPERUSER")
    return server, admin
postgres.start = as_superuser
""",
        misses="1 passed, 0 failed, 0 unknown",
    ),
    # eleven movements with random keys
    Habit(
        name="uuid_ledger",
        cells=(RUN, f"{ARTICLE}@manual"),
        migrates=True,
        broken="""
import dataclasses
from harness.stack.database import capture
by_key = capture._by_key
capture._by_key = lambda table: by_key(dataclasses.replace(table, numbered=True))
""",
        misses="balance_after chains and ends at the balance",
    ),
    # "Authorization: Token ..." and the token itself in the table
    Habit(
        name="drf_token",
        cells=(f"{ARTICLE}@manual",),
        migrates=True,
        as_plain=False,
        edits=(
            ("scenarios/world.py", "row.name: bearer(row.name) for", "row.name: bearer(row.name)[:40] for"),
            ("harness.toml", "usage_log = ", 'api_token = "authtoken_token"\nusage_log = '),
            (
                "harness.toml",
                "\n[roles.web]",
                '\n[auth]\nheader = "Authorization: Token {token}"\n\n[roles.web]',
            ),
        ),
        copies=("scenarios",),
        broken="""
from harness.cell import auth
auth._sent = lambda _, token: {"Authorization": f"Bearer {token}"}
""",
        misses="answered 401, expected 2xx",
    ),
)
