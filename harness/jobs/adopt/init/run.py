"""From a bare checkout to a first green run: described, explored, written, driven.

Nothing that is there is written over: what would be otherwise is shown as a difference. Recording, driving, accepting and the doctor are
commands of the harness, run as anybody would type them.
"""

from __future__ import annotations

import difflib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from harness.backend import description
from harness.backend.guess import seen, settings
from harness.backend.guess.candidates import candidates
from harness.core.errors import HarnessError, StackError
from harness.jobs.adopt.init import describe, says, texts
from harness.jobs.adopt.init.describe import Described
from harness.jobs.adopt.init.explore import Explored, explored, of_document
from harness.jobs.adopt.init.values import How, Outcome, Tried, named_once
from harness.stack.isolation.island import Island
from harness.verb import schemas
from harness.verb.inside import answer
from harness.verb.target import ready

Say = Callable[[str], None]


def drafted(checkout: Path, root: Path, how: How, say: Say, outcome: Outcome) -> tuple[Described, Explored]:
    """What there is, and what of it costs. Raises what looking and booting raise."""
    begun = time.perf_counter()
    found = describe.described(
        checkout, describe.project_of(checkout, root), root, isolation=how.isolation, say=say, given=how.env
    )
    outcome.seconds["look"] = time.perf_counter() - begun
    outcome.written += [f"{describe.project_of(checkout, root).relative_to(checkout) / name}" for name in found.written]
    place = found.money.balance
    say(
        f"looked: {sum(one.own for one in found.look.django.models)} models, {sum(one.own for one in found.look.django.routes)} routes"
    )
    summed = (
        "no column holds it: what an account's movements add up to"
        if found.raw.get("ledger")
        else "nothing is called like one"
    )
    say(f"the balance: {place.why}, {place.sure}" if place is not None else f"the balance: {summed}")
    if how.balance and "." in how.balance:
        table, _, column = how.balance.rpartition(".")
        found.raw["ledger"] = {"balance": {"table": table, "column": column}}
    begun = time.perf_counter()
    result = _explored(describe.project_of(checkout, root), found, how, say)
    for _ in range(2):  # a balance, then what says that it fell
        if _known_better(found, result, say):
            result = _explored(describe.project_of(checkout, root), found, how, say)
    outcome.seconds["explore"] = time.perf_counter() - begun
    if not found.raw.get("ledger"):
        outcome.candidates = {one.where: one.lines for one in candidates(found.look.django)}
    return found, result


def _explored(project: Path, found: Described, how: How, say: Say) -> Explored:
    raw = {
        **found.raw,
        "harness": {"answers": says.__file__},
        "providers": describe.providers(found.config.root, found.config.provider_hosts),
    }
    config = ready(description.of_document(project / "harness.toml", raw), isolation=how.isolation)

    def inside(place: Island) -> dict[str, Any]:
        return asdict(explored(config, found.look, found.money, place, say))

    return of_document(answer(config, inside, isolation=how.isolation, silent=_silent, plain=str))


def _known_better(found: Described, result: Explored, say: Say) -> bool:
    """Whether what happened says more of the ledger than names did: then it is explored once more, with that."""
    told = [seen.Moved(one.fell, one.wrote, bool(one.calls)) for one in (*result.found, *result.others)]
    more = seen.better(found.money, found.look.django, told)
    if more is None:
        return False
    found.money, found.raw["ledger"] = more, settings.ledger(more, found.look.django)
    places = [one.why for one in (more.balance, more.movements, more.usage) if one is not None]
    say(f"the ledger: {places[-1]}")
    return True


def _silent(code: int) -> HarnessError:
    return StackError(
        f"exploring ended with code {code} and no answer", hint="harness doctor shows what is wrong", code="look-broke"
    )


def texts_of(found: Described, result: Explored, how: How) -> dict[str, str]:
    """Every file, by its path beside harness.toml."""
    ones = named_once(result.found)
    raw = dict(found.raw)
    known = describe.providers(found.config.root, found.config.provider_hosts)
    called = {name for one in ones for name in one.calls}
    if named := {name: one for name, one in known.items() if name in called}:
        raw["providers"] = named
    if result.caller.auth:
        raw["auth"] = dict(result.caller.auth)
    sure = _sure(raw.get("ledger", {}), found, [one for one in ones if one.charged])
    raw["ledger"] = {
        key: value for key, value in raw.get("ledger", {}).items() if not sure.get(key, "").startswith("not")
    }
    answers = Path(says.__file__).read_text(encoding="utf-8") if any(one.shown for one in ones) else ""
    return texts.files(raw, found.why, sure, ones, result.caller, answers=answers, workflows=how.workflows)


def _sure(ledger: Mapping[str, Any], found: Described, ones: Sequence[Tried]) -> dict[str, str]:
    """How sure each part is, and by what: what charges showed, else the names alone."""
    said = {}
    shown = {"balance": len(ones), "movements": sum(one.moved for one in ones), "usage": sum(one.used for one in ones)}
    what = {
        "balance": "it fell",
        "movements": "what moved adds up to what the balance fell",
        "usage": "it logs what the balance fell",
    }
    for part, place in (
        ("balance", found.money.balance),
        ("movements", found.money.movements),
        ("usage", found.money.usage),
    ):
        if part not in ledger:
            continue
        if ones and not shown[part]:
            said[part] = f"not so: {what[part]} in none of {len(ones)}"
        elif ones and part == "balance" and place is not None and place.by_fall:
            said[part] = (
                f"likely: nothing is called like a balance, and it fell, in {shown[part]} of {len(ones)} ways that cost"
            )
        elif ones:
            word = "sure" if shown[part] == len(ones) else "likely"
            said[part] = f"{word}: {what[part]}, in {shown[part]} of {len(ones)} ways that cost"
        elif place is not None:
            said[part] = f"{place.sure}: {place.why}{', as does ' + place.rivals[0] if place.rivals else ''}"
    return said


def write(checkout: Path, project: Path, made: Mapping[str, str], outcome: Outcome) -> None:
    """Write what is not there; what is there stays, and is shown where it would be otherwise."""
    shown: list[str] = []
    for name, text in made.items():
        path = (checkout if name in texts.WORKFLOWS else project) / name
        name = path.relative_to(checkout).as_posix()
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            outcome.written.append(name)
            continue
        there = path.read_text(encoding="utf-8", errors="replace")
        outcome.kept.append(name)
        if there != text:
            shown += difflib.unified_diff(there.splitlines(), text.splitlines(), f"{name} (yours)", f"{name} (init)", lineterm="", n=1)  # fmt: skip
    ignored = checkout / ".gitignore"
    there = ignored.read_text(encoding="utf-8") if ignored.exists() else ""
    if more := texts.ignore_lines(there):
        ignored.write_text(there + ("" if not there or there.endswith("\n") else "\n") + more, encoding="utf-8")
        outcome.written.append(".gitignore")
    noxfile = checkout / "noxfile.py"
    if noxfile.is_file() and (session := texts.nox_session(there := noxfile.read_text(encoding="utf-8"))):
        noxfile.write_text(there.rstrip("\n") + "\n" + session, encoding="utf-8")
        outcome.written.append("noxfile.py (the session harness, at its end)")
    outcome.differences = "\n".join(shown)
    schemas.write(project)
    text = made["harness.toml"]
    outcome.lines, outcome.look = len(text.splitlines()), texts.marked(text)
