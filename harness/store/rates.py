"""contracts/rates.toml: the independent rate card, read into harness.core.rates.

Raises rates-missing, rates-syntax, rates-unknown-key, rates-value.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from harness.core.errors import did_you_mean
from harness.core.rates import Price, RateCard, Rule
from harness.store.tomlread import Strict

FORMAT = 1
KINDS = {"tokens": ("tokens_per_credit", "min_credits"), "flat": ("credits",), "image": ("credits",)}
USD = ("input_usd_per_1m", "output_usd_per_1m", "image_usd")


def read(path: Path) -> RateCard:
    """The card. An operation has one rule, or a list of rules that say at which phases each holds."""
    strict = Strict(path.name, "rates")
    raw = strict.table("the file", strict.load(path), ("format", "models", "operations"))
    if raw["format"] != FORMAT:
        raise strict.wrong(f"format {raw['format']!r} is not {FORMAT}", "this harness reads format = 1 only")
    for where in ("models", "operations"):
        if not isinstance(raw[where], dict):
            raise strict.wrong(f"{where} must be a table")
    return RateCard(
        prices={model: _price(strict, model, value) for model, value in raw["models"].items()},
        rules=tuple(rule for name, value in raw["operations"].items() for rule in _rules(strict, name, value)),
    )


def _price(strict: Strict, model: str, value: Any) -> Price:
    where = f"models.{model}"
    raw = strict.table(where, value, ("source",), (*USD, "provider"))
    usd = {key: _usd(strict, f"{where}.{key}", raw[key]) for key in USD if key in raw}
    if not usd or ("input_usd_per_1m" in usd) != ("output_usd_per_1m" in usd):
        raise strict.wrong(f"{where} needs image_usd, or both input_usd_per_1m and output_usd_per_1m")
    return Price(model=model, source=strict.text(f"{where}.source", raw["source"]), **usd)


def _usd(strict: Strict, where: str, value: Any) -> Decimal:
    try:
        amount = Decimal(strict.text(where, value))
    except InvalidOperation:
        raise strict.wrong(f"{where} {value!r} is not an amount of money", 'write "1.25"') from None
    if not amount.is_finite() or amount < 0:
        raise strict.wrong(f"{where} {value!r} is not an amount of money", 'write "1.25"')
    return amount


def _rules(strict: Strict, operation: str, value: Any) -> Iterable[Rule]:
    for n, one in enumerate(value if isinstance(value, list) else [value]):
        where = f"operations.{operation}" + (f"[{n}]" if isinstance(value, list) else "")
        kind = one.get("kind") if isinstance(one, dict) else None
        if kind not in KINDS:
            raise strict.wrong(f"{where}.kind {kind!r} is not known", did_you_mean(str(kind), KINDS))
        raw = strict.table(where, one, ("kind", *KINDS[kind]), ("per", "models", "phases"))
        numbers = {key: strict.whole(f"{where}.{key}", raw[key]) for key in KINDS[kind]}
        if min(numbers.values()) < 0 or numbers.get("tokens_per_credit") == 0:
            raise strict.wrong(f"{where}: credits must not be negative, tokens_per_credit must be above 0")
        models = raw.get("models", {})
        if not isinstance(models, dict):
            raise strict.wrong(f"{where}.models must map models to credits", '{ "dall-e-3" = 5 }')
        yield Rule(
            operation=operation,
            kind=kind,
            per=strict.text(f"{where}.per", raw.get("per", "")),
            models={model: strict.whole(f"{where}.models.{model}", credits) for model, credits in models.items()},
            phases=strict.phases(f"{where}.phases", raw.get("phases", "0..7")),
            **numbers,
        )
