"""The plan's baseline: sections of configuration and ledger as the target itself sees them, as canonical JSON.

`CODE` runs in the target's own shell, at every phase, with the sections of contracts/snapshot.toml: a field that its models
do not have is listed as absent. It only reads, in one read-only transaction, so that the sections of a running system belong
together; of a secret it says whether it is set and nothing else. What comes back is held to the sections before anybody sees
it, and scanned for secrets.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from harness.cell.live import Live, boot
from harness.cell.run import run_cell
from harness.core.config import Config
from harness.core.errors import HarnessError, StackError, last_lines
from harness.core.scenario import Cell
from harness.jobs.snapshot.files import checked, read
from harness.jobs.snapshot.judge import differences
from harness.jobs.snapshot.values import Document, Sections
from harness.provider.cassettes.scan import scan
from harness.stack.isolation.island import Island
from harness.stack.processes import beside
from harness.stack.roles.environment import command

PATIENCE_S = 180
_PLAINLY = partial(subprocess.run, check=False, stdin=subprocess.DEVNULL)
SHOWN = 5
"""Cells that a message names."""
BEGIN, END = "<<<harness-snapshot ", " harness-snapshot>>>"

CODE = r"""
import json, re
from decimal import Decimal
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, transaction


def has(model, name):
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


def plain(field, value, section):
    if field in section["whether"]:
        return bool(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if field in section["mask"] and isinstance(value, str):
        return re.sub(r"\S+@\S+", "[e-mail]", value)
    return value if isinstance(value, (str, int, float, list, dict, type(None))) else str(value)


def asked(section):
    fields = section["fields"]
    try:
        model = apps.get_model(section["model"])
    except LookupError:
        return {"section": section["name"], "absent": fields, "rows": []}
    own = {field: section["rename"].get(field) or section["whether"].get(field) or field for field in fields}
    there = [field for field in fields if has(model, own[field])]
    rows = model.objects.filter(**section["filter"]).order_by(*section["order"])[: section["limit"]]
    told = [{field: plain(field, getattr(row, own[field]), section) for field in there} for row in rows]
    return {"section": section["name"], "absent": [field for field in fields if field not in there], "rows": told}


with transaction.atomic():
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    found = [asked(section) for section in SECTIONS]
print(BEGIN + json.dumps(found) + END, flush=True)
"""


def code_for(sections: Sections) -> str:
    """What the target's shell is given."""
    told = [asdict(section) for section in sections]
    plain = [{key: list(value) if isinstance(value, tuple) else value for key, value in one.items()} for one in told]
    return f"BEGIN, END = {BEGIN!r}, {END!r}\nSECTIONS = {plain!r}\n{CODE}"


def of_disposable(config: Config, sections: Sections, island: Island, cell: Cell | None) -> Document:
    """Boot a stack, drive `cell` in it, and take the snapshot of what it left. Raises StackError, snapshot-unsettled."""
    with boot(config, island) as live:
        if cell is not None:
            _drive(config, cell, live)
        manage = command(config.manage, live.stack.places, "target.manage")
        behind = partial(beside.run, live.stack)
        return ask(manage, sections, cwd=config.root, env=live.stack.env, known=_secrets(live.stack.env), run=behind)


def of_running(prefix: str, sections: Sections) -> Document:
    """The snapshot of a stack that runs already; `prefix` is how its manage.py is called. Raises attach-*, snapshot-*."""
    try:
        manage = shlex.split(prefix)
    except ValueError as error:
        raise HarnessError(f"--attach {prefix!r}: {error}", hint="close the quote", code="attach-command") from None
    if not manage:
        raise HarnessError(
            "--attach is empty", hint="e.g. 'docker exec NAME python manage.py'", code="attach-command"
        )  # fmt: skip
    return ask(manage, sections)


def only(cells: Sequence[Cell]) -> Cell:
    """The one to drive: every cell begins with the state before it, so that only one can be seen in a snapshot. Raises snapshot-cells."""
    if len(cells) > 1:
        names = ", ".join(cell.id for cell in cells[:SHOWN]) + (", ..." if len(cells) > SHOWN else "")
        raise HarnessError(
            f"--only names {len(cells)} cells, and each starts from the same empty world",
            hint=f"name one: {names}",
            code="snapshot-cells",
        )
    return cells[0]


def compared(before: Path, after: Path, sections: Sections) -> list[str]:
    """Read two files, and how the second differs from the first. Raises snapshot-*."""
    return differences(read(before, sections), read(after, sections), sections)


def ask(
    manage: Sequence[str], sections: Sections, *, cwd: Path | None = None, env: Mapping[str, str] | None = None,
    known: Iterable[str] = (), run: Callable[..., subprocess.CompletedProcess[str]] = _PLAINLY,
) -> Document:  # fmt: skip
    """Run `CODE` by "`manage` shell -c", as `run` runs things, and read what it found."""
    try:
        done = run(
            [*manage, "shell", "-c", code_for(sections)], cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, errors="replace", timeout=PATIENCE_S,
        )  # fmt: skip
    except OSError as error:
        raise HarnessError(
            f"{manage[0]} cannot be started: {error.strerror}", hint="is it installed here, and on PATH?", code="attach-command"
        ) from None  # fmt: skip
    except subprocess.TimeoutExpired:
        raise StackError(
            f"the target's shell gave no answer within {PATIENCE_S} s",
            hint=f"the command is: {' '.join(manage)} shell -c ...",
            code="attach-timeout",
        ) from None
    told = done.stdout.rpartition(BEGIN)[2].partition(END)
    if done.returncode or not told[1] or BEGIN not in done.stdout:
        last = last_lines(done.stderr or done.stdout, 1, none="nothing")[:300]
        raise StackError(
            f"the target's shell took no snapshot (exit code {done.returncode})",
            hint=f"its last words: {'(they look like a secret)' if scan(last, known) else last}",
            code="attach-failed",
        )
    return checked(json.loads(told[0]), sections, known)


def _drive(config: Config, cell: Cell, live: Live) -> None:
    seen: list[tuple[str, Mapping[str, Any]]] = []
    run_cell(config, cell, live, lambda kind, fields: seen.append((kind, dict(fields))))
    end = next(fields for kind, fields in seen if kind == "cell.end")
    lost = [fields for kind, fields in seen if kind == "call" and fields["disposition"] in ("unmatched", "invalid")]
    if not end["settled"] or lost:
        raise StackError(
            f"{cell.id} did not come to what it should be: {end['reason'] or f'{len(lost)} provider calls had no answer'}",
            hint=f"see why: harness verify --only {cell.id}",
            code="snapshot-unsettled",
        )


def _secrets(env: Mapping[str, str]) -> list[str]:
    return [value for name, value in env.items() if re.search(r"KEY|SECRET|PASSWORD|TOKEN", name)]
