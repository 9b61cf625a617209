"""The keys of a review, on a stored run: what each writes, and that nothing else is written."""

from __future__ import annotations

import io
import signal
import webbrowser
from pathlib import Path

import pytest
from rich.console import Console

from harness.backend.description import load
from harness.core.errors import HarnessError
from harness.jobs.golden.review import run as job
from harness.jobs.golden.review.judge import to_review
from harness.jobs.golden.run import accept, stored_in
from harness.jobs.golden.values import Beyond
from tests import signals
from tests.jobs.golden.review.project import CHEAP, DEARER, DEAREST, NAMES, drive, set_up
from tests.jobs.golden.review.test_judge import surfaces
from tests.tree import ROOT

WHY = "an article has more words now"
BREAK, CLOSED = KeyboardInterrupt, EOFError


class Scripted:
    """Somebody who presses these keys and types these lines, and then is gone; `prompts` is what they were asked."""

    def __init__(self, *does):
        self.does, self.prompts = list(does), []

    def key(self, prompt):
        return self.line(prompt)

    def line(self, prompt):
        self.prompts.append(prompt)
        next_one = self.does.pop(0) if self.does else CLOSED
        if isinstance(next_one, str):
            return next_one
        raise next_one


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Both scenarios are locked, and dearer in the last run: by 10 credits and by 4."""
    place = set_up(tmp_path, monkeypatch)
    config = load(place / "harness.toml")
    accept(config, stored_in(config, None), pattern="*", why="as it was at first", ci=False)
    drive(place, DEARER, DEAREST)
    return place


def reviewed(project: Path, *does, ci: bool = False, **changes):
    """(what came of it, what was shown, whoever was asked) of a review with these keys."""
    config, out = load(project / "harness.toml"), Console(file=io.StringIO(), width=80)
    stored, pages = job.read(config, None)
    who = Scripted(*does)
    found = job.review(config, stored, "*", ci=ci, out=out, who=who, pages=pages, **changes)
    return found, out.file.getvalue(), who


def files(project: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in (project / "golden_cases").rglob("*.toml")}


def differ(project: Path) -> list[str]:
    return [item.about for item in to_review(job.read(load(project / "harness.toml"), None)[0], "*")]


def test_one_is_accepted_and_one_skipped(project):
    """Claim: the dearest is shown first; what was skipped is as it was, to the last byte, and is all that still differs."""
    before = files(project)
    found, shown, _ = reviewed(project, "a", WHY, "s")
    assert shown.index("writer/other") < shown.index("writer/generate_content")
    after = files(project)
    assert [name for name in before if before[name] != after[name]] == ["other.golden.toml"]
    assert WHY in after["other.golden.toml"]
    assert (found.credits_delta, found.wrote, [item.about for item in found.skipped]) == (10, NAMES[1:], [NAMES[0]])
    assert differ(project) == [NAMES[0]]


def test_what_is_left_is_worked_out_from_the_files_as_they_are_then(project):
    """Claim: what somebody else accepted meanwhile is not asked again."""
    other = load(project / "harness.toml")
    elsewhere = stored_in(other, None)

    class Beside(Scripted):
        def line(self, prompt):
            if prompt.startswith("why"):
                accept(other, elsewhere, pattern=NAMES[0], why="by somebody else", ci=False)
            return super().line(prompt)

    config = load(project / "harness.toml")
    stored, pages = job.read(config, None)
    who = Beside("a", WHY)
    found = job.review(config, stored, "*", ci=False, out=Console(file=io.StringIO()), who=who, pages=pages)
    assert (found.wrote, found.left, len(who.prompts)) == (NAMES[1:], (), 2)


def test_what_somebody_else_changed_since_it_was_shown_is_not_accepted(project):
    """Claim: the key was meant for what was shown; it is shown as it is now, or is gone."""
    config = load(project / "harness.toml")
    stored, pages = job.read(config, None)

    class Beside(Scripted):
        def line(self, prompt):
            if prompt.startswith("why"):
                accept(config, stored, pattern=NAMES[1], why="by somebody else", ci=False)
            return super().line(prompt)

    out = Console(file=io.StringIO())
    found = job.review(config, stored, "*", ci=False, out=out, who=Beside("a", WHY, "q"), pages=pages)
    assert "not accepted: it is not as it was shown any more" in out.file.getvalue()
    assert (found.wrote, "by somebody else" in files(project)["other.golden.toml"]) == ((), True)


def test_enter_gives_the_last_reason_again_and_the_first_time_none(project):
    found, shown, who = reviewed(project, "a", "", "a", WHY, "a", "")
    assert "nothing is accepted without a reason" in shown
    assert who.prompts[1::2] == ["why: ", "why: ", f"why (Enter: {WHY}): "]
    assert (found.credits_delta, len(found.wrote)) == (14, 2)
    assert all(WHY in text for name, text in files(project).items() if name.endswith("golden.toml"))


@pytest.mark.parametrize("why", ["because", "...........", "\u2003 \u200b \u200b \u200b \u200b", "an \x1b[D article costs more", "an \udce4 article costs more"])  # fmt: skip
def test_a_reason_that_is_none_is_asked_for_again(project, why):
    """Claim: by the rule of --why; and no control character or half a letter of a terminal gets into a file."""
    before = files(project)
    _, shown, who = reviewed(project, "a", why)
    assert "that is no reason: " in shown
    assert who.prompts[1:] == ["why: ", "why: "]
    assert files(project) == before


@pytest.mark.parametrize("end", [("q",), (BREAK,), (CLOSED,), (), ("a", BREAK), ("a", CLOSED)])
def test_stopping_writes_nothing_more_and_lists_the_rest(project, end):
    """Claim: q, Ctrl-C and a closed input are the same, at a key and in a reason."""
    before = files(project)
    found, _, _ = reviewed(project, *end)
    assert ([item.about for item in found.left], found.wrote) == ([*NAMES[::-1]], ())
    assert files(project) == before
    found, _, _ = reviewed(project, "a", WHY, *end)
    assert ([item.about for item in found.left], found.wrote) == ([NAMES[0]], NAMES[1:])


@pytest.mark.parametrize("key", ["", "x", "A", "\r", "\x1b[D", "ss", "aq"])
def test_another_key_does_nothing(project, key):
    """Claim: nor does an arrow, or several keys at once."""
    found, shown, who = reviewed(project, key, "q")
    assert (len(found.left), len(who.prompts)) == (2, 2)
    assert shown.count("credits change") == 1


def test_d_shows_the_whole_and_the_change_is_asked_about_again(project):
    found, shown, _ = reviewed(project, "d", "q")
    assert (len(found.left), shown.count(NAMES[1] + "  (")) == (2, 2)


def test_in_ci_nothing_is_accepted(project):
    """Claim: `golden accept` refuses it, and so does this; the change stays to be looked at."""
    before = files(project)
    found, shown, _ = reviewed(project, "a", WHY, "s", "s", ci=True)
    assert "refused: goldens are not accepted in CI\n" in shown
    assert "code: golden-ci" in shown
    assert (len(found.skipped), found.wrote, files(project)) == (2, (), before)


def test_what_a_law_refuses_is_refused_and_shown_once(project):
    """Claim: the reason stands there, and the keys are asked again of the same change."""
    (project / "rates.toml").write_text((project / "rates.toml").read_text().replace("= 100", "= 90"))
    _, shown, who = reviewed(project, "a", WHY, "q")
    assert "code: golden-checks-fail" in shown
    assert (shown.count("1 of 2"), len(who.prompts)) == (1, 3)


def test_an_acceptance_that_writes_more_than_what_was_asked_for_is_seen(project, monkeypatch):
    """Claim: the tests above would tell it: with a pattern that fits both, what was skipped is written, too."""
    monkeypatch.setattr(job, "escape", lambda name: "*")
    reviewed(project, "a", WHY, "s")
    assert differ(project) == []


def test_ctrl_c_waits_until_what_is_written_is_counted(project, monkeypatch):
    """Claim: it comes between two acceptances, never between a file and its line in the end."""

    def interrupted(*given, **named):
        signal.raise_signal(signal.SIGINT)
        return accept(*given, **named)

    monkeypatch.setattr("harness.jobs.golden.run.accept", interrupted)
    with signals.interruptible():
        found, _, _ = reviewed(project, "a", WHY, "a", WHY)
    assert (found.wrote, [item.about for item in found.left]) == (NAMES[1:], [NAMES[0]])


def test_a_new_scenario_is_counted_as_new_and_charges_nothing_more(project):
    (project / "golden_cases" / f"{NAMES[1]}.golden.toml").unlink()
    drive(project, CHEAP, DEAREST)
    found, _, _ = reviewed(project, "a", WHY)
    assert (found.credits_delta, found.new, found.wrote, found.left) == (0, 1, NAMES[1:], ())


def test_the_report_is_named_at_the_cell_and_opened_where_there_is_a_browser(project, monkeypatch):
    """Claim: BROWSER gets its address; without one the path is all, and without a report that is said."""
    drive(project, CHEAP, DEAREST)
    _, shown, _ = reviewed(project, "o", "q")
    assert "the run has no report of it" in shown
    (project / "runs/latest/report.html").write_text("")
    opened = project / "opened"
    program = project / "browser"
    program.write_text(f'#!/bin/sh\necho "$1" >{opened}\n')
    program.chmod(0o755)
    monkeypatch.setattr(webbrowser, "_tryorder", None)
    monkeypatch.setenv("BROWSER", str(program))
    _, shown, _ = reviewed(project, "o", "q")
    assert "\nruns/latest/report.html#cell-3\n" in shown
    assert opened.read_text() == f"file://{project}/runs/latest/report.html#cell-3\n"
    monkeypatch.setattr(webbrowser, "get", lambda: (_ for _ in ()).throw(webbrowser.Error()))
    opened.unlink()
    _, shown, _ = reviewed(project, "o", "q")
    assert ("\nruns/latest/report.html#cell-3\n" in shown, opened.exists()) == (True, False)


def test_a_line_of_surfaces_is_written_once_every_line_of_its_scenarios_was_accepted(monkeypatch):
    """Claim: each scenario by itself, as what changes no credits, with the reasons of all of its lines; one of which a line was skipped waits."""
    wrote = []

    def accepting(config, stored, **asked):
        wrote.append((asked["pattern"], asked["surface"], asked["why"]))
        return [], Beyond(cells={f"{asked['pattern']}@manual": ()})

    def again(config, stored):
        names = [name for name in stored.seen if name not in [pattern for pattern, *_ in wrote]]
        return surfaces(**{name: stored.seen[name]["manual"] for name in names})

    monkeypatch.setattr("harness.jobs.golden.run.accept", accepting)
    monkeypatch.setattr("harness.jobs.golden.run.again", again)
    out = Console(file=io.StringIO())
    run = surfaces(one=("tx a",), two=("tx a", "tx b"), three=("tx a", "tx c"))
    who = Scripted("a", WHY, "a", "b is another column now", "s")
    found = job.review(load(ROOT / "harness.toml"), run, "*", ci=False, out=out, who=who, pages={})
    assert wrote == [("one", True, WHY), ("two", True, f"{WHY}; b is another column now")]
    assert (found.surfaces, found.waiting, [item.about for item in found.skipped]) == (2, ("three",), ["+ tx c"])
    assert "2 of its scenarios differ in other lines, too: written once those are accepted" in out.file.getvalue()


def test_a_pattern_that_fits_nothing_is_refused(project):
    config = load(project / "harness.toml")
    stored, pages = job.read(config, None)
    with pytest.raises(HarnessError) as error:
        job.review(config, stored, "nothing", ci=False, out=Console(quiet=True), who=Scripted(), pages=pages)
    assert error.value.code == "golden-no-match"
