"""The folder of a run: runs/<UTC time>/ with history.ndjson, verdict.json, logs/, report.html; runs/latest points at the
newest that was finished or begun. Which of them stay: harness.run.kept."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import harness
from harness.core.counts import plain
from harness.core.errors import HarnessError
from harness.core.fold.fits import of, told
from harness.core.ledger import Amount
from harness.core.verdict import Status, Verdict, worst
from harness.store.files import write_all

HISTORY, VERDICT, REPORT = "history.ndjson", "verdict.json", "report.html"
FIRST = "verdict.first.json"
"""The verdict of when it was driven, beside one that was made of the same history since."""
RUN = ".run"
"""The file by which a folder is a run: who made it. A folder without one is nobody's to take away."""
FORMAT = 1
_under_way: list[int] = []
"""Descriptors of the folders that this process has begun, each locked: the kernel lets them go when its last process has ended, however."""


def begin(runs: Path, now: datetime | None = None) -> Path:
    """Make the folder of a new run and point `latest` at it. Two runs in the same second get different folders."""
    stamp = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H-%M-%SZ")
    for n in range(1, 1000):
        folder = runs / (stamp if n == 1 else f"{stamp}-{n}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise HarnessError(
                f"cannot make {folder}: {error.strerror}", hint="runs/ must be writable", code="store-write"
            ) from None
        _hold(folder)
        (folder / RUN).write_text(f"a run of harness {harness.__version__}\n", encoding="utf-8")
        (folder / "logs").mkdir()
        _point(runs / "latest", folder.name)
        return folder
    raise HarnessError(f"{runs} has a thousand runs of this second", hint="delete some", code="store-write")


def _hold(folder: Path) -> None:
    """Say to others that the run in `folder` is under way, as long as this process or a fork of it lives."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    with contextlib.suppress(OSError):  # a file system without locks: its newest runs stay by their number alone
        fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
    _under_way.append(held)


def under_way(folder: Path) -> bool:
    """Whether whoever began the run in `folder` still lives."""
    asked = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(asked, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(asked)
    return False


def find(run: Path) -> Path:
    """The folder of a stored run, from a folder, or from a file in it. Raises run-missing."""
    folder = run.parent if run.is_file() else run
    if not (folder / HISTORY).is_file():
        raise HarnessError(
            f"no run at {run}", hint="run `harness verify` first, or name a folder below runs/", code="run-missing"
        )
    return folder.resolve()


def last(runs: Path, count: int) -> list[Path]:
    """The folders of the newest `count` runs, oldest first, or of fewer where there are no more."""
    folders = (path.parent for path in runs.glob(f"*/{HISTORY}") if not path.parent.is_symlink())
    begun = sorted(folders, key=lambda folder: ((folder / HISTORY).stat().st_mtime_ns, folder.name))
    return [folder.resolve() for folder in begun[-count:]]


def write_verdict(folder: Path, verdicts: Sequence[Verdict], facts: dict[str, Any] | None = None) -> Path:
    """verdict.json: {"format", "status", "counts", "verdicts": [...]} and `facts` (what the report knows of the run)."""
    counts = {str(status): sum(1 for v in verdicts if v.status is status) for status in Status}
    body = {
        "format": FORMAT,
        "status": str(worst(verdicts)),
        "counts": counts,
        **(facts or {}),
        "verdicts": [asdict(v) for v in verdicts],
    }
    path = folder / VERDICT
    write_all({path: json.dumps(body, indent=1, ensure_ascii=False, default=plain) + "\n"})
    return path


def keep_first(folder: Path) -> None:
    """Before the history is judged again: what it was judged to be when it was driven stays beside."""
    first, last = folder / FIRST, folder / VERDICT
    if last.is_file() and not first.exists():
        write_all({first: last.read_text(encoding="utf-8")})


def read_verdict(folder: Path) -> list[Verdict]:
    """The verdicts of a stored run. Raises verdict-missing, verdict-syntax."""
    return _read_verdict(folder / VERDICT)[0]


def read_first(folder: Path) -> tuple[list[Verdict], dict[str, Any]]:
    """The verdicts of when it was driven, and what else was written with them. Raises verdict-missing, verdict-syntax."""
    return _read_verdict(folder / (FIRST if (folder / FIRST).is_file() else VERDICT))


class _One(TypedDict):
    checker: str
    status: Status
    cell: str
    claim: str
    evidence: tuple[str, ...]
    credits_delta: NotRequired[int | float | str | None]
    finding: NotRequired[str]
    code: NotRequired[str]
    hint: NotRequired[str]


class _By(TypedDict):
    harness: NotRequired[str]
    canonical: NotRequired[int]
    locked: NotRequired[Mapping[str, str]]
    rest: NotRequired[Mapping[str, str]]


class _Kept(TypedDict):
    verdicts: tuple[_One, ...]
    canonical_sha256: NotRequired[str]
    history_sha256: NotRequired[str | None]
    judged_by: NotRequired[_By]


def _read_verdict(path: Path) -> tuple[list[Verdict], dict[str, Any]]:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        if wrong := told(of(_Kept)(body)):
            raise ValueError(wrong)
        verdicts = [
            Verdict(
                **{
                    **item,
                    "status": Status(item["status"]),
                    "evidence": tuple(item["evidence"]),
                    "credits_delta": _delta(item),
                }
            )
            for item in body.pop("verdicts")
        ]
        return verdicts, body
    except FileNotFoundError:
        raise HarnessError(
            f"no verdict at {path}", hint="judge it with `harness check`", code="verdict-missing"
        ) from None
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise HarnessError(
            f"{path} is not a verdict: {error}", hint="judge it again with `harness check`", code="verdict-syntax"
        ) from None


def _delta(item: Mapping[str, Any]) -> Amount | None:
    """An amount that is no whole number is kept as text."""
    delta = item.get("credits_delta")
    return Decimal(delta) if isinstance(delta, str) else delta


def _point(link: Path, name: str) -> None:
    """Move the link in one step. Where links are refused, a run is found by its own name only."""
    staged = link.with_name(f".latest.{os.getpid()}")
    with contextlib.suppress(OSError):
        staged.unlink(missing_ok=True)
        staged.symlink_to(name, target_is_directory=True)
        staged.replace(link)
