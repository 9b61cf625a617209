"""contracts/rates.toml: the independent rate card, read into harness.core.rates.

Raises rates-missing, rates-syntax, rates-unknown-key, rates-value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from harness.core.errors import did_you_mean
from harness.core.ledger import Amount
from harness.core.rates.card import KINDS, ROUNDINGS, TIERS, TOKEN_RATES, USD, Configured, Price, RateCard, Rule
from harness.store.tomlread import Strict

FORMAT = 1
OWN = {
    "tokens": (),
    "rates": ("decimals", "round"),
    "call": ("models",),
    "flat": ("per", "for", "models"),
    "image": ("per", "models"),
    "tiers": ("tier", "counts", "per", "decimals", "round"),
}
"""kind of a rule -> the keys that only some kinds may have; `phases`, `account` and `min_credits` all may."""


def read(path: Path, *, needed: bool = True, listed: Path | None = None) -> RateCard:
    """The card; without a file that nobody said is `needed`, one that is missing. An operation has one rule, or a list of
    rules that say at which phases and for which accounts each holds. `listed`: a file of prices that hold where it has none."""
    if not needed and not path.is_file():
        return RateCard(missing=True)
    strict = Strict(path.name, "rates")
    raw = strict.table("the file", strict.load(path), ("format",), ("models", "operations", "configured"))
    if raw["format"] != FORMAT:
        raise strict.wrong(f"format {raw['format']!r} is not {FORMAT}", "this harness reads format = 1 only")
    models, operations = (_table(strict, where, raw.get(where, {})) for where in ("models", "operations"))
    return RateCard(
        prices={
            **(_listed(listed) if listed else {}),
            **{model: _price(strict, model, one) for model, one in models.items()},
        },
        rules=tuple(rule for name, value in operations.items() for rule in _rules(strict, name, value)),
        configured=tuple(_configured(strict, n, value) for n, value in enumerate(raw.get("configured", []), 1)),
    )


def _listed(path: Path) -> dict[str, Price]:
    strict = Strict(path.name, "rates")
    return {model: _price(strict, model, one) for model, one in strict.load(path)["models"].items()}


def _table(strict: Strict, where: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise strict.wrong(f"{where} must be a table")
    return value


def _price(strict: Strict, model: str, value: Any) -> Price:
    where = f"models.{model}"
    raw = strict.table(where, value, ("source",), (*USD, "provider"))
    usd = {key: _usd(strict, f"{where}.{key}", raw[key]) for key in USD if key in raw}
    by_token = [key for key in usd if key != "image_usd"]
    if not usd or (by_token and not {"input_usd_per_1m", "output_usd_per_1m"} <= usd.keys()):
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


def _credits(strict: Strict, where: str, value: Any) -> Amount:
    """A whole number, or an exact decimal as text."""
    if isinstance(value, str):
        return _usd(strict, where, value)
    number = strict.whole(where, value)
    if number < 0:
        raise strict.wrong(f"{where}: credits must not be negative")
    return number


def _rules(strict: Strict, operation: str, value: Any) -> Iterable[Rule]:
    for n, one in enumerate(value if isinstance(value, list) else [value]):
        where = f"operations.{operation}" + (f"[{n}]" if isinstance(value, list) else "")
        kind = one.get("kind") if isinstance(one, dict) else None
        if kind not in KINDS:
            raise strict.wrong(f"{where}.kind {kind!r} is not known", did_you_mean(str(kind), KINDS))
        raw = strict.table(where, one, ("kind", *KINDS[kind]), ("phases", "account", "min_credits", *OWN[kind]))
        yield Rule(
            operation=operation,
            kind=kind,
            tokens_per_credit=_above_0(strict, f"{where}.tokens_per_credit", raw.get("tokens_per_credit", 1)),
            min_credits=_credits(strict, f"{where}.min_credits", raw.get("min_credits", 0)),
            credits=_credits(strict, f"{where}.credits", raw.get("credits", 0)),
            per=strict.text(f"{where}.per", raw.get("per", "")),
            of_n=_above_0(strict, f"{where}.for", raw.get("for", 1)),
            models={
                model: _credits(strict, f"{where}.models.{model}", credits)
                for model, credits in _table(strict, f"{where}.models", raw.get("models", {})).items()
            },
            credits_per_1m=_token_rates(strict, f"{where}.credits_per_1m", raw.get("credits_per_1m")),
            tiers=tuple(_tiers(strict, f"{where}.tiers", raw.get("tiers"))),
            tier=_one_of(strict, f"{where}.tier", raw.get("tier", TIERS[0]), TIERS),
            counts=_one_of(strict, f"{where}.counts", raw.get("counts", "units"), ("units", "tokens")),
            decimals=_from_0(strict, f"{where}.decimals", raw.get("decimals", 0)),
            rounding=_one_of(strict, f"{where}.round", raw.get("round", ROUNDINGS[0]), ROUNDINGS),
            phases=strict.phases(f"{where}.phases", raw.get("phases", "0..7")),
            account=_table(strict, f"{where}.account", raw.get("account", {})),
        )


def _token_rates(strict: Strict, where: str, value: Any) -> dict[str, Decimal]:
    if value is None:
        return {}
    raw = strict.table(where, value, ("input", "output"), TOKEN_RATES)
    return {kind: Decimal(_credits(strict, f"{where}.{kind}", rate)) for kind, rate in raw.items()}


def _tiers(strict: Strict, where: str, value: Any) -> Iterable[tuple[int | None, Amount]]:
    """Ascending, the last one without an end."""
    tiers = [] if value is None else value
    if not isinstance(tiers, list) or (value is not None and not tiers):
        raise strict.wrong(f"{where} must be a list of tiers", "[{ upto = 100, credits = 2 }, { credits = 1 }]")
    below = 0
    for n, one in enumerate(tiers):
        raw = strict.table(f"{where}[{n}]", one, ("credits",), ("upto",))
        last = n == len(tiers) - 1
        if ("upto" in raw) == last:
            raise strict.wrong(f"{where}[{n}] {'has' if last else 'lacks'} upto", "every tier but the last one ends")
        upto = None if last else _above_0(strict, f"{where}[{n}].upto", raw["upto"])
        if upto is not None and upto <= below:
            raise strict.wrong(f"{where}[{n}].upto {upto} is not above {below}", "tiers ascend")
        below = upto or below
        yield upto, _credits(strict, f"{where}[{n}].credits", raw["credits"])


def _above_0(strict: Strict, where: str, value: Any) -> int:
    number = strict.whole(where, value)
    if number < 1:
        raise strict.wrong(f"{where} {number} must be above 0")
    return number


def _from_0(strict: Strict, where: str, value: Any) -> int:
    return _above_0(strict, where, value + 1) - 1 if isinstance(value, int) else strict.whole(where, value)


def _one_of(strict: Strict, where: str, value: Any, known: tuple[str, ...]) -> str:
    if value not in known:
        raise strict.wrong(f"{where} {value!r} is not known", did_you_mean(str(value), known))
    return str(value)


def _configured(strict: Strict, n: int, value: Any) -> Configured:
    """Which rows of the target hold prices that a scenario may set."""
    where = f"configured {n}"
    raw = strict.table(where, value, ("kind", "columns"), ("operation", "model"))
    named = [of for of in ("operation", "model") if of in raw]
    if len(named) != 1:
        raise strict.wrong(f"{where} needs one of operation and model", "the column that names what the row prices")
    known = USD if named == ["model"] else tuple(dict.fromkeys(key for keys in KINDS.values() for key in keys))
    columns = strict.table(f"{where}.columns", raw["columns"], (), known)
    return Configured(
        kind=strict.text(f"{where}.kind", raw["kind"]),
        of=named[0],
        column=strict.text(f"{where}.{named[0]}", raw[named[0]]),
        columns={key: strict.text(f"{where}.columns.{key}", column) for key, column in columns.items()},
    )
