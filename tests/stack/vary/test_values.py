"""What a value becomes: another one, everywhere another, and nothing that would mean something else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from harness.provider.marks import SECRET
from harness.stack.vary import values

EVERY_STEP = range(1, values.STEPS + 1)


def test_rows_and_columns_that_were_equal_are_not_any_more():
    """Claim: the steps of neighbours differ, down a column and along a row, and depend on the cell alone."""
    down = [values.step("cell", "costs.minimum", rank) for rank in range(values.STEPS)]
    assert sorted(down) == list(EVERY_STEP)
    along = {values.step("cell", f"costs.{column}", 0) for column in ("minimum", "unit", "price", "rate", "most")}
    assert len(along) > 1
    assert [values.step("other", "costs.minimum", rank) for rank in range(3)] != down[:3]
    assert [values.step("cell", "costs.minimum", rank) for rank in range(values.STEPS)] == down


@pytest.mark.parametrize("value", [1, 2, 7, 100, 8192, -4])
def test_a_whole_number_is_another_for_each_step(value):
    made = [values.whole(value, by) for by in EVERY_STEP]
    assert len(set(made)) == len(made)
    assert value not in made
    assert all((one > 0) == (value > 0) for one in made)


def test_nothing_zero_and_what_is_no_amount_stay():
    """Claim: zero means something else than an amount, and a large number is an id or a time."""
    assert [values.whole(one, 5) for one in (0, 700_000_001)] == [0, 700_000_001]
    assert values.exact(Decimal("0.0000"), 5, 4) == 0
    assert values.exact(Decimal("NaN"), 5, 4).is_nan()
    assert values.floating(0.0, 5) == 0.0


def test_an_exact_number_keeps_its_digits_and_what_is_a_share_stays_one():
    made = [values.exact(Decimal("0.0100"), by, 4) for by in EVERY_STEP]
    assert len(set(made)) > 1
    assert all(one.as_tuple().exponent == -4 and one != Decimal("0.0100") for one in made)
    assert all(0 < values.exact(Decimal("0.95"), by, 2) <= 1 for by in EVERY_STEP)
    assert all(0 < values.floating(0.9, by) <= 1 for by in EVERY_STEP)


def test_a_secret_keeps_its_beginning_and_its_length_and_no_two_are_equal():
    key = "sk-live-0123456789abcdef"
    made = [values.secret(key, "cell", column, rank) for column in ("a.key", "b.key") for rank in (0, 1)]
    assert len({*made, key}) == 5
    assert all(len(one) == len(key) and one.startswith("sk-live") for one in made)


@pytest.mark.parametrize(
    "text", ["short", "pbkdf2_sha256$720000$abc$def", "!unusable-password", "0" * 64, "gAAAAABencrypted-by-fernet"]
)
def test_what_opens_nothing_when_it_is_another_stays(text):
    assert values.secret(text, "cell", "users.password", 0) == text


def test_numbers_and_secrets_inside_json_are_found_by_their_names():
    """Claim: each number under a name is another; lists of numbers are codes, ids refer, flags are flags."""
    settings = {
        "limits": {"images": 4, "price": 0.5},
        "stages": [1, 2],
        "site_id": 7,
        "on": True,
        "api_key": "sk-0123456789",
        "note": "text",
    }
    made = values.json_numbers(settings, "cell", "sites.settings", 0)
    assert made["limits"]["images"] != 4
    assert made["limits"]["price"] != 0.5
    assert {name: made[name] for name in ("stages", "site_id", "on", "api_key", "note")} == {
        name: settings[name] for name in ("stages", "site_id", "on", "api_key", "note")
    }
    hidden = values.json_secrets(settings, SECRET, "cell", "sites.settings", 0)
    assert hidden["api_key"] != settings["api_key"]
    assert {**hidden, "api_key": 0} == {**settings, "api_key": 0}


def test_what_is_past_is_the_last_of_a_long_month_and_keeps_its_order():
    """Claim: in the kind of time that it was; what is yet to come stays."""
    first = values.past_time(datetime(2026, 1, 4, 6, tzinfo=UTC), 0)
    assert first == datetime(2027, 10, 31, 23, 30, tzinfo=UTC)
    assert values.past_time(datetime(2026, 1, 5, 6, tzinfo=UTC), 1) == first + timedelta(seconds=1)
    naive = values.past_time(datetime(2026, 1, 4, 6, tzinfo=UTC).replace(tzinfo=None), 0)
    assert naive == first.replace(tzinfo=None)
    assert values.past_date(date(2026, 1, 4), 5) == date(2027, 10, 31)
    to_come = datetime(2999, 1, 1, tzinfo=UTC)
    assert values.past_time(to_come, 0) == to_come
    assert values.past_date(to_come.date(), 0) == to_come.date()


@pytest.mark.parametrize(
    ("text", "limit", "stays"),
    [
        ("The shelf life", -1, False),
        ("The shelf life", 20, True),
        ("coffee", -1, True),
        ("0 6 * * *", -1, True),
        ("gpt-5.1 2025", -1, True),
        ('{"a": "two words"}', -1, True),
    ],
)
def test_texts_that_people_write_have_two_words_in_a_row(text: str, limit: int, stays: bool):
    assert values.words(text, limit) == (text if stays else f"{text} {values.SIGNS}")
