"""Run folders, verdicts, findings, the rate card: read strictly, written whole."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from harness.core.errors import HarnessError
from harness.core.finding import FINDINGS
from harness.core.verdict import Status, Verdict
from harness.provider import prices
from harness.store import files, findings, rates
from harness.store import runs as store

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def code(call, *arguments):
    with pytest.raises(HarnessError) as error:
        call(*arguments)
    return error.value.code, error.value.message


def test_a_run_has_a_folder_of_its_own_and_latest_leads_to_it(tmp_path):
    """Two runs in one second do not share a folder."""
    first, second = store.begin(tmp_path / "runs", NOON), store.begin(tmp_path / "runs", NOON)
    assert (first.name, second.name) == ("2026-11-22T12-00-00Z", "2026-11-22T12-00-00Z-2")
    assert (tmp_path / "runs/latest").resolve() == second
    assert (second / "logs").is_dir()


def test_a_run_is_found_by_its_folder_or_a_file_in_it(tmp_path):
    """And a folder without history is no run."""
    folder = store.begin(tmp_path, NOON)
    assert code(store.find, folder) == ("run-missing", f"no run at {folder}")
    (folder / store.HISTORY).write_text("")
    assert store.find(tmp_path / "latest") == store.find(folder / store.HISTORY) == folder


def test_verdicts_are_read_back_as_they_were_written(tmp_path):
    """With their counts and the worst of them on top."""
    verdicts = [
        Verdict(checker="law-1", status=Status.PASS, cell="a/b@manual", claim="c", evidence=("one", "two")),
        Verdict(
            checker="law-6", status=Status.FAIL, cell="a/b@manual", claim="c", evidence=(), credits_delta=-3, code="x"
        ),
    ]
    path = store.write_verdict(tmp_path, verdicts, {"phase": 0})
    assert '"status": "fail"' in path.read_text()
    assert store.read_verdict(tmp_path) == verdicts
    path.write_text("{}")
    assert code(store.read_verdict, tmp_path)[0] == "verdict-syntax"
    assert code(store.read_verdict, tmp_path / "none")[0] == "verdict-missing"


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        ("verdicts", "its verdicts is 3, and should be a list"),
        ("judged_by", "its judged_by is 3, and should be an object"),
        ("canonical_sha256", "its canonical_sha256 is 3, and should be a text"),
        ("cell", "its verdicts[0].cell is 3, and should be a text"),
        ("status", "its verdicts[0].status is 3, and should be one of pass, fail, unknown, not asked"),
        ("evidence", "its verdicts[0].evidence is 3, and should be a list"),
        ("", "it is a list, and should be an object"),
    ],
)
def test_a_verdict_that_holds_something_else_is_refused_by_its_place(tmp_path, edit, says):
    """Claim: as a history is."""
    one = Verdict(checker="law-1", status=Status.PASS, cell="a/b@manual", claim="c", evidence=("one",))
    path = store.write_verdict(tmp_path, [one], {"canonical_sha256": "x", "judged_by": {"harness": "y"}})
    body = json.loads(path.read_text())
    (body["verdicts"][0] if edit in body["verdicts"][0] else body)[edit] = 3
    path.write_text(json.dumps(body if edit else [body]))
    error, message = code(store.read_first, tmp_path)
    assert error == "verdict-syntax"
    assert says in message


def test_a_write_that_fails_changes_nothing(tmp_path):
    """Neither the files before it nor leftovers."""
    (tmp_path / "one").write_text("old")
    (tmp_path / "two").write_text("a file where a folder is needed")
    found = code(files.write_all, {tmp_path / "one": "new", tmp_path / "two" / "x": "new"})
    assert found[0] == "store-write"
    assert (tmp_path / "one").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]


FINDING = """\
format = 1
[findings.free-work]
title = "Work is free"
laws = [4, "provider"]
shows = { 4 = "# credits without a deduction", provider = ["no recording", "call # *"] }
scenarios = ["writer/x"]
ends_at_phase = 4
evidence = "a run"
"""


def read_finding(tmp_path: Path, text: str):
    path = tmp_path / "findings.toml"
    path.write_text(text)
    return findings.read(path, ("golden", "provider", "law-4"))


def test_bytes_are_written_whole_or_not_at_all(tmp_path):
    """Claim: what could not be written whole leaves the old file and no other, whatever ended it."""
    files.write_bytes(tmp_path / "kept" / "pack", b"head ", b"rest")
    assert (tmp_path / "kept" / "pack").read_bytes() == b"head rest"
    with pytest.raises(TypeError):
        files.write_bytes(tmp_path / "kept" / "pack", b"new", "no bytes")
    assert [(path.name, path.read_bytes()) for path in (tmp_path / "kept").iterdir()] == [("pack", b"head rest")]


def test_findings_name_laws_phrases_and_their_end(tmp_path):
    """They are also the registry of the process; 0 means that no phase ends it."""
    found = read_finding(tmp_path, FINDING)["free-work"]
    assert found.laws == {"law-4": ("# credits without a deduction",), "provider": ("no recording", "call # *")}
    assert found.ends_at_phase == 4
    assert {"free-work": found} == FINDINGS
    assert read_finding(tmp_path, FINDING.replace("= 4\nev", "= 0\nev"))["free-work"].ends_at_phase is None
    assert found.with_workers is None
    assert read_finding(tmp_path, FINDING + "with_workers = 2\n")["free-work"].with_workers == 2
    assert findings.read(tmp_path / "none.toml") == {} == FINDINGS


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[4, ", "[12, ", "findings.free-work: 12 is not a law that a finding can break"),
        ('"provider"]', '"golden"]', "findings.free-work: 'golden' is not a law that a finding can break"),
        ("{ 4 =", "{ 5 =", "findings.free-work.shows names law-5, which is not in laws"),
        (', provider = ["no recording", "call # *"]', "", "findings.free-work.shows does not say how provider fails"),
        ("# credits without a deduction", "* # *", "findings.free-work.shows does not say how law-4 fails"),
        ("shows = ", "shown = ", "unknown key 'shown' in findings.free-work"),
        ("phase = 4", "phase = 9", "findings.free-work.ends_at_phase 9 is not a phase"),
        ("title =", "titel =", "unknown key 'titel' in findings.free-work"),
        ("evidence", "with_workers = 1\nevidence", "findings.free-work.with_workers 1 is not more than one worker"),
        (
            "evidence",
            "with_workers = true\nevidence",
            "findings.free-work.with_workers must be a whole number, not True",
        ),
    ],
)
def test_a_wrong_finding_is_refused(tmp_path, old, new, message):
    """A finding cannot excuse a golden, or a law that compares cells."""
    with pytest.raises(HarnessError, match=r"findings\.toml") as error:
        read_finding(tmp_path, FINDING.replace(old, new, 1))
    assert error.value.message == f"findings.toml: {message}"


RATES = """\
format = 1
[models."dall-e-3"]
image_usd = "0.04"
source = "the price list"
[operations]
clustering = { kind = "tokens", tokens_per_credit = 150, min_credits = 2 }
image_generation = [
    { kind = "image", credits = 1, phases = "0..3" },
    { kind = "image", credits = 1, models = { "dall-e-3" = 5 }, phases = "4..7" },
]
"""


def read_rates(tmp_path: Path, text: str):
    path = tmp_path / "rates.toml"
    path.write_text(text)
    return rates.read(path)


def test_the_rate_card_knows_prices_rules_and_phases(tmp_path):
    """Money is Decimal; an operation may have a rule for some phases only."""
    card = read_rates(tmp_path, RATES)
    assert card.prices["dall-e-3"].image_usd == Decimal("0.04")
    assert card.rule("image_generation", 3).models == {}
    assert card.rule("image_generation", 4).models == {"dall-e-3": 5}
    assert card.rule("tagging", 0) is None


def test_listed_prices_hold_where_the_card_has_none(tmp_path):
    """Claim: what providers ask for in public comes with the harness; a price of the card's own comes first."""
    (tmp_path / "rates.toml").write_text('format = 1\nmodels."dall-e-3" = { image_usd = "0.08", source = "ours" }\n')
    card = rates.read(tmp_path / "rates.toml", listed=prices.LISTED)
    assert card.prices["dall-e-3"].image_usd == Decimal("0.08")
    assert card.prices["gpt-5.1"].source == "OpenAI's price list"
    assert set(rates.read(tmp_path / "rates.toml").prices) == {"dall-e-3"}


def test_the_shipped_rate_card_is_readable():
    """With a rule for every operation that the plan prices."""
    card = rates.read(Path(__file__).parents[2] / "contracts" / "rates.toml")
    assert {rule.operation for rule in card.rules} >= {"clustering", "content_generation", "image_generation"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"0.04"', '"cheap"', "models.dall-e-3.image_usd 'cheap' is not an amount of money"),
        ('"0.04"', '"-1"', "models.dall-e-3.image_usd '-1' is not an amount of money"),
        ('"0.04"', "0.04", "models.dall-e-3.image_usd must be text, not 0.04"),
        ("image_usd", "image_eur", "unknown key 'image_eur' in models.dall-e-3"),
        ('"tokens"', '"token"', "operations.clustering.kind 'token' is not known"),
        (
            "credit = 150",
            "credit = 0",
            "operations.clustering.tokens_per_credit 0 is not above 0",
        ),
        ('"0..3"', '"3..0"', "operations.image_generation[0].phases '3..0' is not a range of phases"),
    ],
)
def test_a_wrong_rate_card_is_refused(tmp_path, old, new, message):
    """Before anything is judged by it."""
    with pytest.raises(HarnessError) as error:
        read_rates(tmp_path, RATES.replace(old, new, 1))
    assert error.value.message == f"rates.toml: {message}"


MORE = """\
format = 1
[operations]
write = { kind = "rates", credits_per_1m = { input = "1.25", output = 10, cached = "0.125" }, decimals = 4, round = "half up" }
draw = { kind = "tiers", tiers = [{ upto = 10, credits = 2 }, { credits = "1.5" }], tier = "graduated" }
link = [{ kind = "flat", credits = 5, for = 10, per = "link" }, { kind = "call", credits = 1, account = { plan = "pro" } }]
[[configured]]
kind = "tariff"
operation = "feature"
columns = { credits = "price" }
"""


def test_the_rate_card_knows_rates_tiers_and_plans(tmp_path):
    """Money as exact decimals, whole credits as whole numbers."""
    card = read_rates(tmp_path, MORE)
    assert card.rule("write", 0).credits_per_1m == {"input": Decimal("1.25"), "output": 10, "cached": Decimal("0.125")}
    assert card.rule("draw", 0).tiers == ((10, 2), (None, Decimal("1.5")))
    assert (card.rule("link", 0).of_n, card.rule("link", 0, {"plan": "pro"}).kind) == (10, "call")
    assert card.configured[0].columns == {"credits": "price"}


def test_a_rate_card_that_nobody_named_may_be_missing(tmp_path):
    """Then its law is not asked; one that is named must be there."""
    assert rates.read(tmp_path / "rates.toml", needed=False).missing
    with pytest.raises(HarnessError) as error:
        rates.read(tmp_path / "rates.toml")
    assert error.value.code == "rates-missing"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"rates"', '"rate"', "operations.write.kind 'rate' is not known"),
        ("cached =", "cache =", "unknown key 'cache' in operations.write.credits_per_1m"),
        ('"half up"', '"up half"', "operations.write.round 'up half' is not known"),
        ("{ upto = 10, credits = 2 }", "{ credits = 2 }", "operations.draw.tiers[0] lacks upto"),
        ('{ credits = "1.5" }', '{ upto = 5, credits = "1.5" }', "operations.draw.tiers[1] has upto"),
        ("for = 10", "for = 0", "operations.link[0].for 0 is not above 0"),
        ("credits = 5", "credits = -5", "operations.link[0].credits -5 is not 0 credits or more"),
        ('operation = "feature"', "", "configured 1 needs one of operation and model"),
        ("{ credits = \"price\" }", "{ credit = \"price\" }", "unknown key 'credit' in configured 1.columns"),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_refused(tmp_path, old, new, message):
    """By its place in the file."""
    assert old in MORE
    with pytest.raises(HarnessError) as error:
        read_rates(tmp_path, MORE.replace(old, new, 1))
    assert error.value.message == f"rates.toml: {message}"


def test_half_a_surrogate_pair_is_written_as_its_escape(tmp_path):
    """It is no text in UTF-8; in JSON the escape means the same."""
    files.write_all({tmp_path / "x.json": '{"a": "half \ud83d"}'})
    assert json.loads((tmp_path / "x.json").read_text()) == {"a": "half \ud83d"}
