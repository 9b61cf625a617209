"""The keys of a review: one change after the other is shown, and nothing is written before a key says so.

What is left is worked out anew after each acceptance, from the files as they are then. Ctrl-C and an input that is closed end it like q.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from glob import escape
from pathlib import Path

from rich.console import Console

from harness.core.config import Config
from harness.core.errors import HarnessError
from harness.core.golden import why_lacks
from harness.jobs.golden import run as job
from harness.jobs.golden.review import report as shown
from harness.jobs.golden.review.judge import ready, to_review
from harness.jobs.golden.review.terminal import Asked, open_page
from harness.jobs.golden.review.values import Item, Kind, Reviewed
from harness.jobs.golden.values import Stored
from harness.report.failures import wrapped
from harness.report.html import anchors
from harness.report.say import say
from harness.store.runs import REPORT

KEYS = "a accept, s skip, d the whole difference, o the report, q stop: "


@dataclass(kw_only=True)
class Course:
    """How far a review is. `items` are the changes that there are now; `reasons` those given for lines of surfaces; `over` the keys of what was
    accepted."""

    config: Config
    stored: Stored
    pattern: str
    ci: bool
    out: Console
    who: Asked
    pages: Mapping[str, str]
    items: list[Item] = field(default_factory=list)
    skipped: list[Item] = field(default_factory=list)
    over: set[tuple[object, ...]] = field(default_factory=set)
    reasons: dict[str, str] = field(default_factory=dict)
    last: str = ""
    """The reason that Enter gives again."""
    came: Reviewed = field(default_factory=Reviewed)

    @property
    def open(self) -> list[Item]:
        past = {item.key for item in self.skipped} | self.over
        return [item for item in self.items if item.key not in past]


def review(
    config: Config, stored: Stored, pattern: str, *, ci: bool, out: Console, who: Asked, pages: Mapping[str, str]
) -> Reviewed:
    """Go through all changes of scenarios that match. Raises golden-no-match."""
    course = Course(config=config, stored=stored, pattern=pattern, ci=ci, out=out, who=who, pages=pages)
    course.items = to_review(stored, pattern)
    looked: Item | None = None
    try:
        while course.open:
            item = course.open[0]
            if item != looked:
                n = len(course.skipped) + len(course.over) + 1
                _show(course, item, f"{n} of {n + len(course.open) - 1}")
            looked = item
            if not _pressed(course, item):
                break
    except (KeyboardInterrupt, EOFError):
        say(out)
    return _ended(course)


def read(config: Config, run: Path | None) -> tuple[Stored, dict[str, str]]:
    """The run in a folder, or the last one, and where its cells stand in its report. Raises as `stored_in`."""
    stored = job.stored_in(config, run)
    return stored, pages_of(stored, job.folder_of(config, run))


def pages_of(stored: Stored, folder: Path) -> dict[str, str]:
    """Cell -> where it stands in the report of the run in `folder`; nothing where it has none."""
    page = folder.resolve() / REPORT
    if not page.is_file():
        return {}
    here = Path.cwd()
    name = page.relative_to(here) if page.is_relative_to(here) else page
    return {cell: f"{name}#cell-{n}" for cell, n in anchors(stored.cells).items()}


def _show(course: Course, item: Item, place: str, *, whole: bool = False) -> None:
    shown.print_item(course.out, item, place, report=course.pages.get(item.cell, ""), whole=whole)


def _pressed(course: Course, item: Item) -> bool:
    """Do what a key says of `item`. False where it says to stop."""
    key = course.who.key(KEYS)
    say(course.out, key if len(key) == 1 and key.isprintable() else "")
    if key == "q":
        return False
    if key == "s":
        course.skipped.append(item)
    elif key == "d":
        _show(course, item, "whole", whole=True)
    elif key == "o":
        _page(course, item)
    elif key == "a" and (why := _reason(course)):
        _accept(course, item, why)
    return True


def _reason(course: Course) -> str:
    """ "" where none is given and there is none to give again: then nothing is accepted."""
    while True:
        again = f" (Enter: {course.last})" if course.last else ""
        why = course.who.line(f"why{again}: ").strip() or course.last
        if not why:
            say(course.out, "nothing is accepted without a reason")
            return ""
        lacks = why_lacks(why) if why.isprintable() else "it holds what cannot be printed"
        if not lacks:
            course.last = why
            return why
        say(course.out, f"that is no reason: {lacks}; say in words why this outcome is right")


def _accept(course: Course, item: Item, why: str) -> None:
    """Write each scenario that is seen whole now, one by one; a line of surfaces may have to wait for others of the same scenarios."""
    _fresh(course)
    if item not in course.items:
        say(course.out, "  not accepted: it is not as it was shown any more, what is locked was changed beside this")
        return
    surface = item.kind is Kind.SURFACE
    if surface:
        course.reasons[item.about] = why
        names = [name for name in ready(course.items, course.reasons) if name in item.locks]
    else:
        names = [*item.locks]
    told = len(names) == len(item.locks)
    refused = False
    for name in names:
        try:
            _write(course, name, _why_of(course, name) if surface else why, surface)
        except HarnessError as error:
            refused = True
            for line in (f"refused: {error.message}", f"hint: {error.hint}", f"code: {error.code}"):
                wrapped(course.out, line, 2)
    if refused:
        course.reasons.pop(item.about, None)
    else:
        course.over.add(item.key)
        if not told:
            say(
                course.out,
                f"  {len(item.locks) - len(names)} of its scenarios differ in other lines, too: written once those are accepted",
            )
    _fresh(course)


def _fresh(course: Course) -> None:
    """Work out what there is to look at, from the files as they are now."""
    course.stored = job.again(course.config, course.stored)
    course.items = to_review(course.stored, course.pattern)


def _why_of(course: Course, name: str) -> str:
    """The reasons of all lines of a scenario, each once."""
    lines = (item.about for item in course.items if item.kind is Kind.SURFACE and name in item.locks)
    return "; ".join(dict.fromkeys(course.reasons[line] for line in lines))


def _write(course: Course, name: str, why: str, surface: bool) -> None:
    """Accept one scenario, and note what was written: the two are not torn apart by Ctrl-C."""
    with _uninterrupted():
        changes, beyond = job.accept(
            course.config, course.stored, pattern=escape(name), why=why, ci=course.ci, surface=surface
        )
        was = course.came
        course.came = Reviewed(
            credits_delta=was.credits_delta + sum(change.credits_delta or 0 for change in changes),
            wrote=(*was.wrote, *(change.scenario for change in changes)),
            new=was.new + sum(1 for change in changes if change.credits_delta is None),
            surfaces=was.surfaces + len(beyond.cells),
        )


@contextmanager
def _uninterrupted() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _page(course: Course, item: Item) -> None:
    """Say where the change stands in the report, and open it where there is a browser: without one the path is what there is to give."""
    page = course.pages.get(item.cell)
    if page is None:
        say(course.out, "the run has no report of it")
        return
    say(course.out, page)
    open_page(page)


def _ended(course: Course) -> Reviewed:
    """What was accepted, and what is not, by the changes that there are now."""
    _fresh(course)
    was, still = course.came, {item.key for item in course.items}
    past = {item.key for item in course.skipped}
    half = [item for item in course.items if item.kind is Kind.SURFACE and item.about in course.reasons]
    return Reviewed(
        credits_delta=was.credits_delta,
        wrote=was.wrote,
        new=was.new,
        surfaces=was.surfaces,
        skipped=tuple(item for item in course.skipped if item.key in still),
        left=tuple(item for item in course.items if item.key not in past and item not in half),
        waiting=tuple(dict.fromkeys(name for item in half for name in item.locks)),
    )
