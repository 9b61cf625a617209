"""A change in words: at the width of the reader, nothing of the target obeyed, the same facts as JSON."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from rich.console import Console

from harness.core.counts import plain
from harness.core.verdict import Status, Verdict
from harness.jobs.golden.review import report as shown
from harness.jobs.golden.review.evidence import changed
from harness.jobs.golden.review.values import Item, Kind, PerThousand, Rate, Reviewed, Said
from tests.jobs.golden.stored_runs import SCENARIO, outcome
from tests.judge.ledgers import TARGET, lawful_text

CELL = lawful_text(((820, 1710),))
CHARGES = changed(CELL, SCENARIO, replace(TARGET, takers=frozenset({"worker"})), None, outcome(CELL))
RATE = Rate(
    operation="content_generation",
    before=PerThousand(credits=Decimal("22000.00"), cost_usd=Decimal("17.26")),
    after=PerThousand(credits=Decimal("26000.00"), cost_usd=Decimal("17.26")),
)
LONG = "~ tx worker ~ logs: text=" + "x" * 400
DEAR = Item(
    kind=Kind.CREDITS,
    about=SCENARIO.id,
    title="One article",
    before=22,
    after=26,
    moved=4,
    lines={"manual": ("26 credits charged where the golden has 22 (+4)",), "automation": ("26 credits charged where the golden has 22 (+4)",)},
    beyond={f"{SCENARIO.id}@manual": (LONG, *(f"+ line {n}" for n in range(9)))},
    locks=(SCENARIO.id,),
    cell=f"{SCENARIO.id}@manual",
    rates=(RATE,),
    charges=CHARGES,
    said=(Said(verdict=Verdict(checker="law-6", status=Status.FAIL, cell="", claim="", evidence=("the rate card says 22", "and more")), cells=("a", "b")),),
)  # fmt: skip
LINE = Item(kind=Kind.SURFACE, about="~ logs: a=1 is now a=2", beyond={f"s@{n}": ("x",) for n in range(6)}, locks=("s",))  # fmt: skip


def printed(item=DEAR, width=80, *, terminal=True, **how):
    out = io.StringIO()
    shown.print_item(Console(file=out, width=width, force_terminal=terminal, color_system=None), item, "1 of 2", report="runs/x/report.html#cell-3", **how)  # fmt: skip
    return out.getvalue()


def test_what_a_change_is_reads_from_credits_to_where_it_stands():
    text = printed()
    parts = (
        "1 of 2  credits change\n",
        "writer/generate_content  (manual, automation)\n",
        "  One article\n",
        "  credits    22 -> 26 (+4)\n",
        "  per 1,000  content_generation: 22,000 -> 26,000 credits; the cost is 17.26\n             USD, as before\n",
        "  on manual, automation\n    26 credits charged where the golden has 22 (+4)\n",
        "  charge     content_generation -26 of account, leaves 99974\n",
        "  usage log  26 credits, gpt-5.1, 820+1710 tokens, cost 0.018125 USD\n",
        "  pays for   call 1, openai POST /v1/chat/completions 200, gpt-5.1, 820+1710\n             tokens\n",
        "  written by worker, task run_ai_task SUCCESS\n",
        "  asked by   POST /api/v1/writer/ 202\n",
        "  law-6      FAIL: the rate card says 22  (2 cells)\n",
        "  beyond credits, 1 cell\n",
        "  report     runs/x/report.html#cell-3\n",
    )
    assert [part for part in parts if part not in text] == []
    assert [text.index(part) for part in parts] == sorted(text.index(part) for part in parts)


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize("whole", [False, True])
def test_no_line_is_longer_than_the_terminal(width, whole):
    assert max(map(len, printed(width=width, whole=whole).splitlines())) <= width
    assert max(map(len, printed(LINE, width=width, whole=whole).splitlines())) <= width


def test_the_whole_has_every_line_and_the_first_look_says_how_many_it_leaves_out():
    """Claim: a long line is cut only where the whole can be asked for."""
    first, whole = printed(), printed(whole=True)
    assert "    and 4 further lines (d)\n" in first
    assert ("x …" in first, first.count("x") < 400) == (True, True)
    assert (whole.count("x") >= 400, "+ line 8" in whole, "further" in whole, "and more" in whole) == (True, True, False, True)  # fmt: skip


def test_in_a_log_nothing_is_broken_or_cut():
    text = printed(terminal=False)
    assert f"    {LONG}  (" in text


def test_a_line_of_surfaces_names_the_cells_that_have_it():
    text = printed(LINE)
    assert "~ logs: a=1 is now a=2\n" in text
    assert "  in         6 cells: s@0, s@1, s@2, s@3 and 2 more\n" in text


def test_what_a_target_says_is_text():
    """Claim: no escape sequence of a row, a title or a line reaches the terminal, and no markup is read."""
    evil = "\x1b[2J[bold]\x07"
    item = replace(DEAR, title=evil, about=evil, lines={"manual": (evil,)}, beyond={"a@b": (evil,)})
    text = printed(item)
    assert "\x1b" not in text
    assert "\x07" not in text
    assert text.count("\\x1b[2J[bold]\\x07") == 4
    assert "\\x1b" in printed(replace(LINE, about=evil))


def test_without_colour_words_say_it(monkeypatch):
    """Claim: NO_COLOR takes the colours of a terminal, and a log has none."""
    monkeypatch.setenv("NO_COLOR", "1")
    out = io.StringIO()
    shown.print_item(Console(file=out, width=80, force_terminal=True), DEAR, "1 of 2")
    assert not any(f"\x1b[{n}m" in out.getvalue() for n in (31, 32, 33, "1;31"))
    assert "FAIL: the rate card" in out.getvalue()


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (DEAR, "22 -> 26 (+4)"),
        (replace(DEAR, after=Decimal("22.50"), before=Decimal("22.00")), "22.00 -> 22.50 (+0.50)"),
        (replace(DEAR, after=22, moved=0), "22, as before"),
        (replace(DEAR, after=22, moved=3), "22, by other accounts: 3 moved"),
        (replace(DEAR, before=None), "26 charged"),
    ],
)
def test_credits_are_told_before_and_after(item, said):
    assert shown.credits_of(item) == said


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        (RATE, "content_generation: 22,000 -> 26,000 credits; the cost is 17.26 USD, as before"),
        (replace(RATE, before=None), "content_generation: 26,000 credits; the cost is 17.26 USD"),
        (replace(RATE, after=None), "content_generation: 22,000 -> none credits; the cost is 17.26 -> none USD"),
    ],
)
def test_money_is_told_before_and_after(rate, said):
    assert shown.rate_of(rate) == said


def test_the_end_says_what_was_accepted_what_was_not_and_how_to_go_on():
    found = Reviewed(credits_delta=-4, wrote=("a", "b"), new=1, surfaces=3, skipped=(DEAR,), left=(LINE,), waiting=("s",))  # fmt: skip
    assert shown.closing(found, "harness golden review") == [
        "accepted: -4 credits on 1 scenario, 1 new, the surface of 3 cells; 1 skipped, 1 not looked at",
        "  skipped  writer/generate_content",
        "  left     ~ logs: a=1 is now a=2",
        "  waits    s: not all of its lines were accepted",
        "go on: harness golden review",
    ]
    assert shown.closing(Reviewed(left=(LINE,)), "x")[0] == "accepted: nothing; 0 skipped, 1 not looked at"
    assert shown.closing(Reviewed(), "x") == ["nothing differs"]


def test_as_json_it_holds_the_same_facts():
    document = json.loads(json.dumps(shown.document([DEAR, LINE], 0, {DEAR.cell: "page#cell-3"}), default=plain))
    assert document["summary"] == "2 changes: 1 of credits, 1 beyond credits"
    first, second = document["changes"]
    assert first["credits"] == {"before": 22, "after": 26, "moved": 4}
    assert first["per_1000"][0]["after"] == {"credits": "26000.00", "cost_usd": "17.26"}
    assert first["evidence"][0][0] == ["charge", "content_generation -26 of account, leaves 99974"]
    assert (first["said"][0]["checker"], first["report"], second["scenarios"]) == ("law-6", "page#cell-3", ["s"])
