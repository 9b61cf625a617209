"""The terminal's report: failures first and in full, readable without colour at any width, in a log as well."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from rich.console import Console

from harness.core.counts import plain
from harness.core.finding import Finding
from harness.core.history import CellHistory
from harness.core.scenario import Cell, Path
from harness.core.verdict import Status
from harness.judge.summary import summarize
from harness.report.machine import document
from harness.report.plan import plan_line, print_plan
from harness.report.progress import RunProgress
from harness.report.terminal import conclusion, print_report
from tests.report.runs_seen import CONTENT, IMAGES, SCENARIOS, lost_in, run


def printed(summary, width=80, terminal=False):
    out = io.StringIO()
    print_report(Console(file=out, width=width, force_terminal=terminal, no_color=True, highlight=False), summary)
    return out.getvalue()


def test_a_failure_shows_credits_claim_hint_and_the_command_that_repeats_it():
    """In that order, before any table."""
    text = printed(run(wrong=True)[1])
    assert text.splitlines()[1:7] == [
        "FAIL writer/generate_images@manual",
        "  golden: the outcome is the locked one (-3 credits)",
        "    1 credit charged where the golden has 4 (-3)",
        "    closing balance: 96 -> 99 (+3)",
        "    ledger image_generation: credits -4 -> -1, balance 96 -> 99",
        "    usage image_generation: credits 4 -> 1",
    ]
    assert "  repeat: harness verify --only writer/generate_images@manual\n" in text
    assert text.rstrip().endswith("FAIL: 2 checks failed, 3 could not tell")


def test_what_could_not_be_told_is_shown_as_such():
    """unknown is no pass: it is named, with its reason, and counted."""
    text = printed(run(wrong=True)[1])
    assert "unknown writer/free@manual\n" in text
    assert "content_generation: the rate card has no price for gpt-5.1" in text
    assert "0 passed, 1 failed, 3 unknown" in text


def test_cells_without_a_row_of_the_plan_are_counted_and_a_single_one_is_named():
    """One line in either case, which says what it can: the name, or how many."""
    summary = run()[1]
    assert "pass                         writer/generate_images        4\n" in printed(summary)
    images = next(line for line in summary.lines if line.cell.startswith(IMAGES.id))
    text = printed(replace(summary, lines=(*summary.lines, images)))
    assert "pass        2 further cells                                8\n" in text
    assert "writer/generate_images" not in text


def test_a_pass_says_how_much_was_shown_and_what_is_known_to_be_wrong():
    """Rows of the plan, findings, time, memory, history."""
    text = printed(run()[1])
    assert "Generate Content writer/generate_content" in text
    assert "known wrong   free-work (1 cell): Work is free" in text
    assert "harness       15.8% of the time between boot and teardown is its own" in text
    assert "memory        700 MiB, the whole stack" in text
    assert "ab" * 32 in text
    assert text.rstrip().endswith("PASS, with 1 finding known to be wrong")


def test_a_lost_deduction_is_named_with_its_credits_and_the_hash_says_what_it_is_of():
    """Each time it shows, in the terminal and in JSON; without one nothing is said of it."""
    calm = run()[1]
    lost = Finding(id="check-then-deduct", title="One is lost", laws={}, scenarios=(), evidence="", with_workers=2)
    verdicts = [lost_in(cell, lost) for cell in ("writer/generate_images@manual", "writer/generate_content@manual")]
    cells = run()[0]
    summary = summarize(
        [*calm.verdicts, *verdicts], cells, SCENARIOS, {lost.id: lost}, phase=0, canonical_hash="ab" * 32
    )
    text = printed(summary)
    assert "known wrong   check-then-deduct (2 cells): One is lost; 8 credits lost where workers overlapped\n" in text
    assert "known wrong Generate Content writer/generate_content" in text
    assert "(sha256 of its canonical form; not the one of a run that lost no deduction)" in text
    assert document(summary)["lost_credits"] == {"check-then-deduct": 8}
    assert "lost" not in printed(calm)
    assert document(calm)["lost_credits"] == {}


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize("wrong", [False, True])
def test_no_line_is_wider_than_the_terminal(width, wrong):
    """On a terminal, long evidence is broken between words."""
    text = printed(run(wrong=wrong)[1], width=width, terminal=True)
    from rich.text import Text

    assert max(len(Text.from_ansi(line).plain.rstrip()) for line in text.splitlines()) <= width


def test_a_log_keeps_each_line_of_evidence_whole():
    """So that it can be searched for."""
    summary = run(wrong=True)[1]
    text = printed(summary, width=80)
    assert 'hint: if it is meant: harness golden accept writer/generate_images --why "..."' in text


def test_what_the_target_said_is_never_markup():
    """Square brackets of a backend's message are printed, not obeyed."""
    _, summary = run(wrong=True)
    odd = replace(summary.failures[0], evidence=("[red]boom[/] [MIGRATION] {x}",))
    assert "    [red]boom[/] [MIGRATION] {x}\n" in printed(replace(summary, failures=(odd,)))


def test_the_plan_is_one_line_and_its_paths():
    """Scenarios, cells, phase, tier."""
    cells = [Cell(scenario=CONTENT, path=Path.MANUAL), Cell(scenario=CONTENT, path=Path.AUTOMATION), Cell(scenario=IMAGES, path=Path.MANUAL)]  # fmt: skip
    assert plan_line(cells, phase=0, tier="processes") == ("2 scenarios, 3 cells at phase 0, tier processes")
    out = io.StringIO()
    print_plan(Console(file=out, width=80), cells, phase=0, tier="processes", full=True)
    assert "    writer/generate_images@manual\n" in out.getvalue()


def test_progress_without_a_terminal_is_one_line_a_scenario():
    """And says where a cell did not come to rest."""
    out = io.StringIO()
    with RunProgress(Console(file=out, width=80)) as progress:
        progress.hear("run.start", {"cells": ["a/b@manual", "a/b@direct", "a/c@manual"]})
        progress.hear("booted", {"cold": "it starts threads while it is imported"})
        for scenario, path, settled in (("a/b", "manual", True), ("a/b", "direct", False), ("a/c", "manual", True)):
            progress.hear("cell.start", {"scenario": scenario, "path": path})
            progress.hear("cell.end", {"settled": settled})
        progress.hear("run.end", {})
    lines = out.getvalue().splitlines()
    assert lines[0].startswith("stack up after ")
    assert lines[1] == "roles: started cold (it starts threads while it is imported)"
    assert lines[2].startswith("[2/3]")
    assert lines[2].endswith("a/b  2 cells, 1 not settled")
    assert lines[3].endswith("a/c  1 cell")


def test_progress_without_a_terminal_is_one_line_a_varied_world():
    """Claim: a run of a thousand worlds fills no log; settings that are varied one at a time are one world there."""
    out = io.StringIO()
    worlds = ("", "distinct", "distinct", "x.open=true", "month_end+x.open=true", "read")
    with RunProgress(Console(file=out, width=80)) as progress:
        progress.hear("run.start", {"cells": ["a/b@manual"] * len(worlds)})
        for n, world in enumerate(worlds):
            progress.hear(
                "cell.start", {"scenario": f"a/{n}", "path": "manual", **({"variation": world} if world else {})}
            )
            progress.hear("cell.end", {"settled": True})
        progress.hear("run.end", {})
    told = [line.split(" s  ")[1] for line in out.getvalue().splitlines()]
    assert told == ["a/0  1 cell", "~distinct  2 cells", "~one setting  2 cells", "~read  1 cell"]


def test_what_no_table_watches_is_told_at_the_start():
    out = io.StringIO()
    with RunProgress(Console(file=out, width=200)) as progress:
        progress.hear("run.start", {"cells": [], "unwatched": ["a.Far (database 'far' is not in target.databases)"]})
    assert "not watched: a.Far (database 'far' is not in target.databases)" in out.getvalue()


def test_a_clock_that_cannot_jump_is_told_once_at_the_start():
    out = io.StringIO()
    with RunProgress(Console(file=out, width=120)) as progress:
        progress.hear("run.start", {"cells": ["a/b@manual"], "clock": "the target's Python 3.8.18 has no time-machine"})
        progress.hear("run.end", {})
    why = "clock: real (the target's Python 3.8.18 has no time-machine): what is due later is waited for"
    assert out.getvalue().splitlines() == [why]


def test_progress_can_be_quiet_and_live():
    """Nothing at all for --json; on a terminal the live line goes away."""
    for quiet, terminal in ((True, False), (False, True)):
        out = io.StringIO()
        with RunProgress(Console(file=out, width=80, force_terminal=terminal), quiet=quiet) as progress:
            progress.hear("run.start", {"cells": ["a/b@manual"]})
            progress.hear("cell.start", {"scenario": "a/b", "path": "manual"})
            progress.hear("cell.end", {"settled": True})
            progress.hear("run.end", {})
        assert out.getvalue() == "" if quiet else "a/b" in out.getvalue()


def test_the_json_document_holds_what_the_terminal_says():
    """Plain JSON values, with the command that repeats each failure."""
    body = json.loads(json.dumps(document(run(wrong=True)[1])))
    assert (body["status"], body["counts"]) == ("fail", {"pass": 0, "fail": 1, "unknown": 3})
    assert body["failures"][0]["credits_delta"] == -3
    assert body["failures"][0]["repeat"] == "harness verify --only writer/generate_images@manual"
    assert body["known_wrong"] == {"free-work": ["writer/free@manual"]}
    assert body["cells"][0]["plan"] == ["path1: Generate Content"]
    assert body["seconds"]["total"] == 4.5


def test_a_cell_without_seconds_has_no_share():
    """Nothing measured, nothing claimed."""
    cell = CellHistory(cell="a/b@manual", scenario="a/b", path="manual", accounts={})
    summary = summarize([], [cell], {}, {}, phase=0)
    assert summary.harness_share is None
    assert "harness " not in printed(summary)


@pytest.mark.parametrize(("wrong", "line"), [(False, "SHARD 2/3 PASS, with 1 finding known to be wrong: a part, harness report merge judges the whole"), (True, "SHARD 2/3 FAIL: ")])  # fmt: skip
def test_a_shard_does_not_say_that_the_whole_passed(wrong, line):
    """The closing line is about a part, and the report names what is still to be judged."""
    summary = replace(run(wrong=wrong)[1], shard="2/3")
    text = printed(summary)
    assert text.splitlines()[-1].startswith(line)
    assert (
        "2/3: what needs the whole (law-12, law-13, law-17, law-18, law-19, own-tests, goldens-used, surfaces-used, free-used, reach, reach-used, findings-used, coverage) is not judged here"
        in text
    )
    assert document(summary)["shard"] == "2/3"


def test_what_was_not_asked_is_counted_apart_and_is_no_pass():
    """Why, how often, in the report and in the document; the run is green all the same."""
    cells, summary = run()
    told = [replace(v, status=Status.NOT_ASKED, evidence=("not asked: no usage log",)) if v.checker == "law-5" else v for v in summary.verdicts]  # fmt: skip
    summary = summarize(told, cells, SCENARIOS, {}, phase=0)
    asked = sum(verdict.status is not Status.NOT_ASKED for verdict in told)
    silent = sum(verdict.checker == "law-5" for verdict in told)
    text = printed(summary)
    assert f"not asked     law-5: no usage log ({silent} checks)" in text
    assert "law-13: no scenario that was driven says what it splits" in text
    assert f"checks        {asked} made" in text
    assert document(summary)["not_asked"]["law-5"] == {"why": "no usage log", "checks": silent}
    assert (summary.status, document(summary)["counts"]) == (Status.PASS, {"pass": len(cells), "fail": 0, "unknown": 0})


def test_money_is_shown_as_it_is():
    """A ledger of decimals: no exponent, no rounding, in the table and in the document."""
    cells, _ = run()
    cell = replace(cells[0], accounts={"account": (Decimal("1.0000"), Decimal("0.9394"))})
    summary = summarize([], [cell], SCENARIOS, {}, phase=0)
    assert "0.0606 credits charged in all" in printed(summary)
    assert json.loads(json.dumps(document(summary), default=plain))["charged_credits"] == "0.0606"


def test_a_chosen_part_says_that_it_is_one():
    """Claim: `--only` passes for what it drove, and the last line says of how much."""
    _, summary = run()
    assert (
        conclusion(replace(summary, of=161))
        == f"PASS, with 1 finding known to be wrong: a part, {len(summary.lines)} of 161 cells"
    )
    _, wrong = run(wrong=True)
    assert "a part" not in conclusion(replace(wrong, of=161))
