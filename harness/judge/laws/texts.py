"""A value of a row, as JSON has it, against the text of it that the journal has: the same value in two spellings."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

FRACTION = re.compile(r"(:\d\d\.\d*?)0+(?!\d)")
"""Zeros at the end of the seconds of a time, which Python writes and PostgreSQL does not."""
ZONE = re.compile(r"(:\d\d(?:\.\d+)?[+-]\d\d)(?![\d:])")
DAY = re.compile(r"(?<=\d{4}-\d\d-\d\d) (?=\d\d:)")
PYTHONS = re.compile(r"(?:(-?\d+) days?, )?(\d+):(\d\d):(\d\d)(\.\d+)?")
POSTGRES = re.compile(
    r"(?:(-?\d+) years? ?)?(?:(-?\d+) mons? ?)?(?:(-?\d+) days? ?)?(?:([-+]?)(\d+):(\d\d):(\d\d)(\.\d+)?)?"
)
DAY_S = 86_400


def same(value: Any, text: str | None) -> bool:
    """Whether a JSON value of a row and PostgreSQL's text of it (jsonb_each_text) are one."""
    if value is None or text is None:
        return value is None and text is None
    if isinstance(value, bool):
        return text == ("true" if value else "false")
    if isinstance(value, int | float):
        return _number(text) == Decimal(str(value)) or (isinstance(value, float) and _float(text) == value)
    if isinstance(value, list | dict):
        try:
            return _alike(value, json.loads(text, parse_float=Decimal))
        except ValueError:
            return False
    return _same_text(str(value), text)


def spelled(text: str) -> str:
    """A text in which times have one spelling."""
    return ZONE.sub(r"\1:00", FRACTION.sub(_without_zeros, DAY.sub("T", text))) if ":" in text else text


def key_of(values: Sequence[Any]) -> str:
    """The key of a row, as the journal calls it: one value, or "(7,eu)"."""
    texts = ["true" if one is True else "false" if one is False else str(one) for one in values]
    return texts[0] if len(texts) == 1 else f"({','.join(texts)})"


def _without_zeros(found: re.Match[str]) -> str:
    return found[1].removesuffix(".")


def _same_text(value: str, text: str) -> bool:
    if value == text or spelled(value) == spelled(text) or text == f"\\x{value}":
        return True
    if value[:1] + text[:1] == "({":
        return True  # a composite value, as a record in the one and by the names of its parts in the other
    one, other = _seconds(PYTHONS.fullmatch(value)), _seconds_told(POSTGRES.fullmatch(text))
    return one is not None and one == other


def _alike(value: Any, told: Any) -> bool:
    if isinstance(value, dict) and isinstance(told, dict):
        return value.keys() == told.keys() and all(_alike(one, told[name]) for name, one in value.items())
    if isinstance(value, list) and isinstance(told, list):
        return len(value) == len(told) and all(map(_alike, value, told))
    if isinstance(value, list | dict) or isinstance(told, list | dict):
        return isinstance(value, list) and isinstance(
            told, dict
        )  # a composite value: psycopg has no names for its parts
    if isinstance(value, bool) or isinstance(told, bool) or value is None or told is None:
        return value is told
    return same(value, str(told))


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _seconds(found: re.Match[str] | None) -> Decimal | None:
    if found is None:
        return None
    days, hours, minutes, seconds, part = found.groups()
    return int(days or 0) * DAY_S + int(hours) * 3600 + int(minutes) * 60 + int(seconds) + Decimal(part or 0)


def _seconds_told(found: re.Match[str] | None) -> Decimal | None:
    """An interval as PostgreSQL writes it; a month has 30 days and a year 365, as psycopg counts them."""
    if found is None or not found[0]:
        return None
    years, months, days, sign, hours, minutes, seconds, part = found.groups()
    own = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0) + Decimal(part or 0)
    whole = int(years or 0) * 365 + int(months or 0) * 30 + int(days or 0)
    return whole * DAY_S + (-own if sign == "-" else own)
