"""The seven criteria: none of them passes on what nobody looked at, and each is seen to fail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from harness.core.verdict import Status, Verdict
from harness.jobs.checklist.criteria import judge
from harness.jobs.checklist.criteria.values import SuiteRun
from harness.judge.legacy import Rule
from harness.judge.result import Result

WANTED = ("ModelTests.test_text", "ModelTests.test_image")
OUTPUT = """Found 2 test(s).
test_text (app.tests.ModelTests.test_text)
All required text models exist ... ok
test_image (app.tests.ModelTests.test_image) ... INFO priced
ok

Ran 2 tests in 0.1s

OK
"""


def suite(output: str = OUTPUT, exit_code: int = 0) -> Result:
    return judge.tests(SuiteRun(exit_code=exit_code, output=output), WANTED)


def test_tests_pass_when_each_of_the_plans_ran():
    """With docstrings and log lines between name and result."""
    assert suite().status is Status.PASS


@pytest.mark.parametrize(
    ("output", "exit_code", "says"),
    [
        (OUTPUT.replace("test_image", "test_other"), 0, "ModelTests.test_image: the plan has it, and it did not run"),
        (OUTPUT.replace("exist ... ok", "exist ... FAIL"), 1, "ModelTests.test_text: FAIL"),
        (OUTPUT.replace("exist ... ok", "exist ... skipped 'later'"), 0, "ModelTests.test_text: skipped"),
        (OUTPUT.replace("exist ... ok", "exist ..."), 0, "ModelTests.test_text: no result"),
        ("Ran 0 tests in 0.0s\n\nOK\n", 0, "ModelTests.test_text: the plan has it, and it did not run"),
        (OUTPUT, 1, "the test run ended with exit code 1: OK"),
    ],
)
def test_tests_fail_when_one_did_not_run_or_did_not_pass(output: str, exit_code: int, says: str):
    """An exit code of 0 alone is no proof: a suite that lost its tests has it too."""
    result = suite(output, exit_code)
    assert result.status is Status.FAIL
    assert says in result.evidence


def test_tests_are_unknown_when_nothing_ran():
    assert judge.tests(None, WANTED).status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("statuses", "status"),
    [("pp", "pass"), ("pu", "unknown"), ("puf", "fail"), ("", "unknown")],
)
def test_the_checklist_is_as_good_as_its_worst_row(statuses: str, status: str):
    words = {"p": Status.PASS, "u": Status.UNKNOWN, "f": Status.FAIL}
    assert judge.checklist([(f"row {c}", words[c], "why") for c in statuses]).status is Status(status)


def verdict(cell: str, checker: str = "golden", status: Status = Status.PASS, **more: str) -> Verdict:
    return Verdict(checker=checker, status=status, cell=cell, claim="a claim", evidence=("3 credits more",), **more)


CELLS = tuple(f"writer/x@{path}" for path in ("manual", "automation", "scheduled", "direct"))
GOOD = [verdict(cell) for cell in CELLS]


def test_credits_and_paths_pass_when_every_cell_was_judged():
    assert judge.credits(GOOD, CELLS).status is Status.PASS
    assert judge.paths(GOOD, CELLS).status is Status.PASS


def test_a_cell_that_was_not_driven_is_unknown():
    """Three of four paths say nothing of the fourth."""
    for result in (judge.credits(GOOD[:3], CELLS), judge.paths(GOOD[:3], CELLS)):
        assert result.status is Status.UNKNOWN
        assert "1 of " in result.evidence[0]
        assert "writer/x@direct" in result.evidence[0]
    assert judge.credits([], CELLS).status is Status.UNKNOWN


def test_a_path_without_a_scenario_is_unknown():
    result = judge.paths(GOOD[:3], CELLS[:3])
    assert (result.status, result.evidence) == (Status.UNKNOWN, ("direct: there is no scenario on it",))


def test_a_wrong_charge_fails_both():
    wrong = [*GOOD, verdict(CELLS[0], "law-6", Status.FAIL)]
    assert judge.credits(wrong, CELLS).evidence == ("writer/x@manual: law-6: 3 credits more",)
    assert judge.paths(wrong, CELLS).status is Status.FAIL


def test_what_is_known_wrong_does_not_match_what_is_expected():
    """The run passes with it, because it is locked; the customer is charged wrongly all the same."""
    known = [*GOOD, verdict(CELLS[0], "law-5", finding="free-work")]
    result = judge.credits(known, CELLS)
    assert (result.status, result.evidence) == (Status.FAIL, ("known wrong: free-work in writer/x@manual",))
    assert "1 of them known wrong" in judge.paths(known, CELLS).evidence[0]


def test_a_run_that_is_not_whole_leaves_credits_unknown():
    assert judge.credits([*GOOD, verdict("", "complete", Status.FAIL)], CELLS).status is Status.UNKNOWN


def rule(kind: str = "text", name: str = "CHOICES", file: str = "frontend/src/S.tsx") -> Rule:
    return Rule(id="r", kind=kind, file=file, name=name, present_until=6, absent_from=7, why="because")


ROWS = [("frontend: Settings Load", Status.PASS, "pass")]
UNSEEN = [("frontend: Settings Load", Status.UNKNOWN, "no page is driven")]


def test_clean_source_is_no_proof_that_a_page_loads_models():
    """Only a page that was driven proves it; hardcoded models refute it."""
    clean, own = {"frontend/src/S.tsx": "load()"}, {"frontend/src/S.tsx": "const CHOICES = []"}
    assert judge.frontend(UNSEEN, clean, [rule()]).status is Status.UNKNOWN
    assert judge.frontend(UNSEEN, own, [rule()]).status is Status.FAIL
    assert judge.frontend(ROWS, own, [rule()]).status is Status.FAIL
    assert judge.frontend(ROWS, clean, [rule()]).status is Status.PASS
    assert judge.frontend(ROWS, {}, [rule()]).status is Status.UNKNOWN
    assert judge.frontend(ROWS, clean, []).status is Status.UNKNOWN
    assert judge.frontend([], clean, [rule()]).status is Status.UNKNOWN


def test_legacy_is_judged_as_of_the_last_phase():
    """What must still be there at phase 0 is legacy all the same, and a schema that nobody read is unknown."""
    rates, column = rule("python-name", "RATES", "m.py"), rule("db-column", "settings.key", "")
    gone = {"settings": {"id"}}
    assert judge.legacy({"m.py": "RATES = {}"}, gone, [rates, column]).status is Status.FAIL
    assert judge.legacy({"m.py": ""}, {"settings": {"key"}}, [rates, column]).status is Status.FAIL
    assert judge.legacy({"m.py": ""}, None, [rates, column]).status is Status.UNKNOWN
    assert judge.legacy({"m.py": ""}, gone, [rates, column]).status is Status.PASS
    assert judge.legacy({}, gone, []).status is Status.UNKNOWN


END = datetime(2026, 1, 20, 12, tzinfo=UTC)


def hourly(hours: int, *, until: datetime = END, extra: dict[int, str] | None = None) -> list[str]:
    """A line an hour, the last one at `until`; `extra` maps hours before it to a line of its own."""
    lines = []
    for ago in range(hours, -1, -1):
        when = f"{until - timedelta(hours=ago):%Y-%m-%d %H:%M:%S}"
        lines.append(f"{when},123 INFO app tick")
        if extra and ago in extra:
            lines.append(extra[ago].replace("{t}", when))
    return lines


def read(**logs: list[str]) -> Result:
    return judge.logs({name: judge.read_log(lines) for name, lines in logs.items()})


def test_a_quiet_week_passes():
    result = read(web=hourly(169), worker=hourly(200, until=END - timedelta(hours=1)))
    assert result.status is Status.PASS
    assert result.evidence[0].startswith("no error from 2026-01-13 12:00 to 2026-01-20 12:00 UTC in web (170 lines), ")


@pytest.mark.parametrize(
    ("logs", "says"),
    [
        ({}, "no logs were given"),
        ({"web": hourly(6 * 24)}, "web: covers 2026-01-14 12:00"),
        ({"web": hourly(169), "worker": hourly(5)}, "worker: covers"),
        ({"web": hourly(169), "worker": hourly(400, until=END - timedelta(days=2))}, "worker: covers"),
        (
            {"web": [line for line in hourly(200) if "2026-01-16" not in line]},
            "web: says nothing from 2026-01-15 23:00",
        ),
        ({"web": ["all is well"]}, "no line of the logs has a time"),
        ({"web": hourly(169), "beat": ["all is well"]}, "beat: no line has a time"),
        ({"web": hourly(0)}, "web: covers"),
        ({"web": []}, "no line of the logs has a time"),
    ],
)
def test_less_than_a_week_of_logs_is_unknown(logs: dict[str, list[str]], says: str):
    """Each log for itself: another role's week is not this one's, and a silence is a part that nobody saw."""
    result = read(**logs)
    assert result.status is Status.UNKNOWN
    assert any(says in line for line in result.evidence), result.evidence


@pytest.mark.parametrize(
    "line",
    [
        "{t},5 ERROR igny8_core.ai.engine not charged",
        "[{t},5: CRITICAL/MainProcess] down",
        "Traceback (most recent call last):",
        '10.0.0.1 - - [20/Jan/2026:11:00:00 +0000] "POST /api/v1/x/ HTTP/1.1" 502 12',
        '{"time": "{t}", "level": "error", "msg": "x"}',
        "{t},5 INFO app Traceback (most recent call last):",
        "2026-01-20 UTC [12] FATAL:  sorry",
    ],
)
def test_an_error_in_the_week_fails(line: str):
    """In every form that the roles log in; even where it is too short a log to pass."""
    assert read(web=hourly(169, extra={5: line})).status is Status.FAIL
    assert read(web=hourly(3, extra={2: line})).status is Status.FAIL


@pytest.mark.parametrize(
    "line",
    [
        "{t},5 INFO app the provider said ERROR and was asked again",
        "{t},5 WARNING app image queue: failed: 500",
        '10.0.0.1 - - [20/Jan/2026:11:00:00 +0000] "GET /api/v1/x/ HTTP/1.1" 404 500',
    ],
)
def test_what_only_speaks_of_errors_is_calm(line: str):
    assert read(web=hourly(169, extra={5: line})).status is Status.PASS


def test_an_error_before_the_week_is_past():
    lines = hourly(300, extra={200: "{t},5 ERROR app once"})
    assert read(web=lines).status is Status.PASS
    assert read(web=["ERROR app without a time", *lines]).status is Status.FAIL


@pytest.mark.parametrize(
    ("line", "when"),
    [
        ("2026-01-20T12:00:00.123456789Z hello", END),
        ("[2026-01-20 14:00:00 +0200] [9] [INFO] up", END),
        ("2026-01-20T06:30:00-05:30 hello", END),
        ("[20/Jan/2026:12:00:00 +0000] GET", END),
        ("2026-13-40 12:00:00 hello", None),
        ("hello", None),
    ],
)
def test_times_are_read_in_utc(line: str, when: datetime | None):
    assert judge.time_of(line) == when
