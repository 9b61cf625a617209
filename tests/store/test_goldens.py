"""Golden files: one layout, read strictly, resolved by phase and path."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.core.errors import HarnessError
from harness.core.golden import Deviation, Golden, Outcome, resolve
from harness.store.goldens import path_of, read, read_all, text_of

DESIGN = """\
# Change with: harness golden accept writer/generate_images --why "..."
format   = 2
scenario = "writer/generate_images"
why      = "dall-e-3 costs 5 credits an image (AIModelConfig.credits_per_image)"
balance  = { opening = 100, closing = 80 }
ledger   = [ { operation = "image_generation", units = 4, credits = -20, balance = 80 } ]
usage    = [ { operation = "image_generation", units = 4, credits = 20, model = "dall-e-3", tokens_in = 0, tokens_out = 0, cost_usd = "0.160000" } ]
calls    = { "openai POST /v1/images/generations" = 4 }
rows     = [
    "image cost_usd null->0.040000 x4",
    "image status pending->generated x4",
]

[[deviation]]
where   = { phase = "0..3" }
why     = "before phase 4 every image costs CreditCostConfig.image_generation.min_credits"
until   = 4
balance = { opening = 100, closing = 96 }
"""


def write(folder, text, name="writer/generate_images"):
    path = path_of(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def refusal(folder, text):
    with pytest.raises(HarnessError) as error:
        read(write(folder, text), folder)
    return error.value


def test_a_file_reads_as_it_was_written_and_writes_as_it_was_read(tmp_path):
    """The layout of the design, byte for byte."""
    assert text_of(read(write(tmp_path, DESIGN), tmp_path)) == DESIGN


def test_phases_choose_the_outcome(tmp_path):
    """A deviation replaces whole parts, at its phases only."""
    golden = read(write(tmp_path, DESIGN), tmp_path)
    early, late = resolve(golden, 3, "manual"), resolve(golden, 4, "manual")
    assert early.outcome.balance == {"account": {"opening": 100, "closing": 96}}
    assert early.outcome.calls == late.outcome.calls
    assert (early.used, late.used) == ((0,), ())
    assert late.outcome.charged_credits == 20


def test_paths_choose_the_outcome(tmp_path):
    """A deviation on one path leaves the others alone."""
    text = DESIGN.replace('where   = { phase = "0..3" }', 'where   = { path = "manual" }').replace("until   = 4\n", "")
    golden = read(write(tmp_path, text), tmp_path)
    assert resolve(golden, 0, "manual").outcome.charged_credits == 4
    assert resolve(golden, 0, "automation").outcome.charged_credits == 20


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ("balance  =", "balence  =", "unknown key 'balence' in the golden", "did you mean 'balance'?"),
        ("credits = -20", "credit = -20", "unknown key 'credit' in ledger[0]", "did you mean 'credits'?"),
        ("until   = 4", "untill = 4", "unknown key 'untill' in deviation 1", "did you mean 'until'?"),
        ('{ phase = "0..3" }', '{ fase = "0..3" }', "unknown key 'fase' in deviation 1.where", "did you mean 'phase'?"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_one(tmp_path, old, new, message, hint):
    """A misspelt assertion must not pass in silence."""
    error = refusal(tmp_path, DESIGN.replace(old, new, 1))
    assert (error.message, error.hint, error.code) == (f"writer/generate_images.golden.toml: {message}", hint, "golden-unknown-key")  # fmt: skip


@pytest.mark.parametrize("number", [1, 3, "2"])
def test_another_format_is_refused_by_its_number_before_anything_else(tmp_path, number):
    """Claim: what was found, what is read, what to do; not a word about keys that the other format may have."""
    error = refusal(tmp_path, DESIGN.replace("format   = 2", f"format = {number!r}\nelsewhen = 1"))
    assert error.message == f"writer/generate_images.golden.toml has format {number!r}; this harness reads format 2"
    assert error.hint == "write format = 2 and drive it: harness verify says what is not as it is locked there"
    assert error.code == "golden-format"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"writer/generate_images"', '"writer/other"', "scenario 'writer/other' does not belong here"),
        ("credits = -20", 'credits = "a lot"', "ledger[0].credits 'a lot' is not an exact decimal"),
        ("credits = -20", "credits = -20.0", "ledger[0].credits must be a whole number, or an exact decimal in quotes, not -20.0"),
        ("credits = -20", "credits = true", "ledger[0].credits must be a whole number, or an exact decimal in quotes, not True"),
        ("credits = -20, ", "", "ledger[0] lacks 'credits'"),
        ("balance  = { opening = 100, closing = 80 }", "balance  = { opening = 100 }", "balance lacks 'closing'"),
        ("balance  = { opening = 100, closing = 80 }", "balance  = {}", "balance is empty"),
        ('cost_usd = "0.160000"', "cost_usd = 0.16", "usage[0].cost_usd must be text, not 0.16"),
        ('why     = "before', 'why     = "" #', "deviation 1.why '' is not a reason"),
        ('"0..3"', '"3..0"', "deviation 1.where.phase '3..0' is not a range of phases"),
        ('"0..3"', '"0..9"', "deviation 1.where.phase '0..9' is not a range of phases"),
        ("until   = 4", "until   = 5", "deviation 1 holds up to phase 3, so it must say until = 4"),
        ("until   = 4\n", "", "deviation 1 holds up to phase 3, so it must say until = 4"),
        ('{ phase = "0..3" }', "{}", "deviation 1.where is empty"),
        ('{ phase = "0..3" }', '{ path = "by hand" }', "deviation 1.where.path 'by hand' is not a path"),
        ("balance = { opening = 100, closing = 96 }", "", "deviation 1 replaces nothing"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_in_one_line(tmp_path, old, new, message):
    """The file, the place and the value."""
    error = refusal(tmp_path, DESIGN.replace(old, new, 1))
    assert (error.message, error.code) == (f"writer/generate_images.golden.toml: {message}", "golden-value")


def test_a_broken_file_is_refused_with_its_line(tmp_path):
    """What TOML says, and our code."""
    error = refusal(tmp_path, DESIGN.replace("ledger   = [", "ledger   = [["))
    assert error.message.startswith("writer/generate_images.golden.toml is not valid TOML")
    assert error.code == "golden-syntax"


def test_a_section_left_out_means_nothing_and_not_anything(tmp_path):
    """No ledger in the file is a claim that the ledger is empty."""
    text = "\n".join(line for line in DESIGN.splitlines() if not line.startswith(("ledger", "calls")))
    assert read(write(tmp_path, text), tmp_path).outcome.ledger == ()


def test_all_goldens_are_found_whether_or_not_their_scenario_exists(tmp_path):
    """Leftovers must be seen to be refused."""
    write(tmp_path, DESIGN)
    write(tmp_path, DESIGN.replace("generate_images", "gone"), "writer/gone")
    assert list(read_all(tmp_path)) == ["writer/generate_images", "writer/gone"]


names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12)
numbers = st.integers(-(2**40), 2**40)
ledgers = st.lists(st.fixed_dictionaries({"operation": names, "units": numbers, "credits": numbers, "balance": numbers}, optional={"account": names, "kind": names}), max_size=3).map(tuple)  # fmt: skip
usages = st.lists(st.fixed_dictionaries({"operation": names, "credits": numbers, "model": names, "tokens_in": numbers, "tokens_out": numbers}, optional={"cost_usd": names, "units": numbers, "account": names}), max_size=3).map(tuple)  # fmt: skip
accounts = st.fixed_dictionaries({"opening": numbers, "closing": numbers})
balances = st.one_of(
    accounts.map(lambda one: {"account": one}),
    st.dictionaries(names.filter(lambda n: n not in ("opening", "closing")), accounts, min_size=2, max_size=3),
)
calls = st.dictionaries(names, numbers, max_size=3)
rows = st.lists(names, max_size=4).map(tuple)
whys = names.filter(lambda text: text.strip())
outcomes = st.builds(Outcome, balance=balances, ledger=ledgers, usage=usages, calls=calls, rows=rows)
deviations = st.builds(
    lambda high, paths, why, parts, known: Deviation(
        phases=None if high is None else (0, high),
        paths=tuple(paths) if paths or high is not None else ("direct",),
        why=why,
        until=None if high in (None, 7) else high + 1,
        parts=parts,
        known_wrong=known,
    ),
    st.none() | st.integers(0, 7),
    st.lists(st.sampled_from(["manual", "automation", "direct"]), max_size=2, unique=True),
    whys,
    st.fixed_dictionaries({"rows": rows}, optional={"calls": calls, "balance": balances}),
    st.lists(names, max_size=2).map(tuple),
)
goldens = st.builds(
    Golden,
    scenario=st.just("writer/x"),
    why=whys,
    outcome=outcomes,
    known_wrong=st.lists(names, max_size=2).map(tuple),
    deviations=st.lists(deviations, max_size=2).map(tuple),
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault of the strategy's
@given(goldens)
def test_any_golden_survives_the_file(tmp_path_factory, golden):
    """Whatever names, numbers and languages are in it: nothing is lost, and writing it again changes nothing."""
    folder = tmp_path_factory.mktemp("goldens")
    path = write(folder, text_of(golden), "writer/x")
    back = read(path, folder)
    assert back == golden
    assert text_of(back) == text_of(golden)


MONEY = """\
# Change with: harness golden accept till/describe --why "..."
format    = 2
scenario  = "till/describe"
why       = "15 cents a description"
not_asked = ["law-4", "law-5"]
balance   = { opening = "100.00", closing = "99.85" }
ledger    = [ { operation = "describe", credits = "-0.15" } ]
usage     = []
calls     = {}
rows      = []
"""


def test_money_is_exact_and_stands_as_it_is(tmp_path):
    """Decimals in quotes, to the last digit; what the target does not say is left out."""
    golden = read(write(tmp_path, MONEY, "till/describe"), tmp_path)
    assert golden.outcome.ledger == ({"operation": "describe", "credits": Decimal("-0.15")},)
    assert (golden.outcome.charged_credits, golden.not_asked) == (Decimal("0.15"), ("law-4", "law-5"))
    assert text_of(golden) == MONEY


def test_a_golden_says_which_harness_wrote_it(tmp_path):
    """Claim: it is written and read back, and another version alone is no change of what is locked."""
    golden = read(write(tmp_path, DESIGN), tmp_path)
    written = replace(golden, harness="0.4.0")
    text = text_of(written)
    assert '\nharness  = "0.4.0"\n' in text
    assert read(write(tmp_path, text), tmp_path).harness == "0.4.0"
    assert written == golden
    assert text_of(golden) == DESIGN
