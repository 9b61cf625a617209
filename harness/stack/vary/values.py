"""What a value becomes in a varied world: another one of the same kind, different in every row and every column.

Changes are small (between a 64th and a quarter), so that what worked still works, and large enough to be seen in what comes
of it. Nothing and zero stay: they mean something else than an amount ("none", "unlimited", "not yet").
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from harness.core.variation import LONG_MONTH

STEPS = 13
"""Prime: neighbours in a table differ, and so do neighbours in a row."""
IDS_FROM = 1_000_000
"""A whole number from here on is an id, a time or a size."""
REFERS = re.compile(r"(^|_)(id|ids|pk|port|year|version|status|code)$")
"""Columns and keys whose numbers name something."""
HASHED = re.compile(r"^(pbkdf2_|bcrypt|argon2|scrypt|md5\$|sha1\$|gAAAA|!)|^[0-9a-f]{40,}$")
"""Texts that are digests of a secret, or encrypted: another one would not open anything."""
LEAST_SECRET = 8
WRITTEN = re.compile(r"[^\W\d_]{2,} [^\W\d_]{2,}")
"""Two words in a row: no code, no address and no time table has them."""
SIGNS = "\u201e\u00c6r\u00f8\u201c & <i>na\u00efve</i> 'q' \u03a9 \u4e2d\u6587 \U0001f642"
"""Another script, an ampersand, markup, both quotes, and a sign outside of the basic plane."""


def step(seed: str, column: str, rank: int) -> int:
    """1 to 13: which change the row at `rank` has in a column."""
    offset = int.from_bytes(hashlib.blake2b(f"{seed} {column}".encode(), digest_size=4).digest())
    return 1 + (offset - rank) % STEPS


def whole(value: int, by: int) -> int:
    if value == 0 or abs(value) >= IDS_FROM:
        return value
    size = max(1, abs(value) // 50) * by
    return value + size if value > 0 else value - size


def exact(value: Decimal, by: int, scale: int) -> Decimal:
    """`scale`: digits behind the point; -1: as many as the value has."""
    if value == 0 or not value.is_finite():
        return value
    least = Decimal(1).scaleb(-scale if scale >= 0 else value.as_tuple().exponent)  # type: ignore[operator]
    shift = (value * by / 64).quantize(least, rounding=ROUND_HALF_EVEN)
    shift = shift or (least * by).copy_sign(value)
    return value - shift if abs(value) <= 1 < abs(value + shift) else value + shift


def floating(value: float, by: int) -> float:
    if value == 0 or value != value or abs(value) == float("inf"):
        return value
    other = value * (1 + by / 64)
    return round(value * (1 - by / 128) if abs(value) <= 1 < abs(other) else other, 4)


def secret(value: str, seed: str, column: str, rank: int) -> str:
    """As long, with the same beginning; no two are equal."""
    if len(value) < LEAST_SECRET or HASHED.search(value):
        return value
    made = hashlib.blake2b(f"{seed} {column} {rank} {value}".encode(), digest_size=8).hexdigest()
    last = min(len(value) // 2, 12)
    return value[:-last] + made[:last]


def json_numbers(value: Any, seed: str, column: str, rank: int) -> Any:
    """Every number that stands under a name, each by a step of its own; lists of numbers are codes, and stay."""
    match value:
        case Mapping():
            return {name: _named(name, item, seed, f"{column}.{name}", rank) for name, item in value.items()}
        case list():
            return [json_numbers(item, seed, column, rank) for item in value]
    return value


def _named(name: str, item: Any, seed: str, path: str, rank: int) -> Any:
    if isinstance(item, bool) or REFERS.search(name):
        return item
    match item:
        case int():
            return whole(item, step(seed, path, rank))
        case float():
            return floating(item, step(seed, path, rank))
    return json_numbers(item, seed, path, rank)


def json_secrets(value: Any, pattern: re.Pattern[str], seed: str, column: str, rank: int) -> Any:
    """Every text whose name says that it is a secret."""
    match value:
        case Mapping():
            return {
                name: secret(item, seed, f"{column}.{name}", rank)
                if isinstance(item, str) and pattern.search(name)
                else json_secrets(item, pattern, seed, f"{column}.{name}", rank)
                for name, item in value.items()
            }
        case list():
            return [json_secrets(item, pattern, seed, column, rank) for item in value]
    return value


def words(value: str, limit: int) -> str:
    """A text that a person wrote, with more signs in it; as it was where that would be longer than `limit` (-1: none)."""
    more = f"{value} {SIGNS}"
    return more if WRITTEN.search(value) and value[:1] not in ("{", "[") and not -1 < limit < len(more) else value


def json_words(value: Any) -> Any:
    """Every text that a person wrote."""
    match value:
        case str():
            return words(value, -1)
        case Mapping():
            return {name: json_words(item) for name, item in value.items()}
        case list():
            return [json_words(item) for item in value]
    return value


def past_time(value: datetime, rank: int) -> datetime:
    """`LONG_MONTH`, of what is past; by a second later for each row before it, so that their order stays."""
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    if aware > datetime.now(UTC):
        return value
    new = LONG_MONTH + timedelta(seconds=rank)
    return new if value.tzinfo else new.replace(tzinfo=None)


def past_date(value: date, rank: int) -> date:
    return LONG_MONTH.date() if value <= datetime.now(UTC).date() else value
