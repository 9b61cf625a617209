"""contracts/rates.toml: the independent rate card, read into harness.core.rates.

Raises rates-missing, rates-syntax, rates-unknown-key, rates-value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from harness.core.errors import did_you_mean
from harness.core.ledger import Amount
from harness.core.rates.card import KINDS, ROUNDINGS, TIERS, TOKEN_RATES, USD, Configured, Price, RateCard, Rule
from harness.core.shape import Anything, Between, By, Each, Either, Fixed, Key, Keys, Named, Text, Whole
from harness.core.shape.kinds import Of
from harness.store.tomlread import Strict

FORMAT = 1
_MONEY = Text(pattern=r"\d+(\.\d+)?", called="an amount of money", hint='write "1.25"')
_CREDITS = Either(kinds=(Whole(least=0, called="0 credits or more", hint="credits must not be negative"), _MONEY), called="a whole number, or an exact decimal in quotes", hint='write 3, or "0.25"')  # fmt: skip
_COUNT = Whole(least=1, called="above 0", hint="1 or more")
_MODELS = Key("models", Named(of=_CREDITS, name='"MODEL"'), "other credits for some models")
_PER = Key("per", Text(), "what is counted")
_ROUNDED = (
    Key("decimals", Whole(least=0, called="a number of decimals", hint="0 or more"), "to how many decimals a charge is rounded; left out, to whole credits"),
    Key("round", Text(choices=ROUNDINGS), f"how; left out, {ROUNDINGS[0]}"),
)  # fmt: skip
_TOKENS = Keys(keys=tuple(Key(kind, _CREDITS, f"credits for a million of its {kind} tokens", needed=kind in TOKEN_RATES[:2]) for kind in TOKEN_RATES))  # fmt: skip
_TIER = Keys(
    keys=(
        Key("upto", _COUNT, "the last one at this price; of every tier but the last"),
        Key("credits", _CREDITS, "the price", needed=True),
    )
)
_CHARGE = {
    "tokens_per_credit": Key("tokens_per_credit", _COUNT, "how many tokens a credit buys", needed=True),
    "min_credits": Key("min_credits", _CREDITS, "the least that is charged", needed=True),
    "credits_per_1m": Key("credits_per_1m", _TOKENS, "credits for a million tokens of each kind", needed=True),
    "credits": Key("credits", _CREDITS, "the price", needed=True),
    "tiers": Key("tiers", Each(of=_TIER, least=1, hint="[{ upto = 100, credits = 2 }, { credits = 1 }]"), "the tiers, ascending; the last one has no end", needed=True),
}  # fmt: skip
"""The keys of harness.core.rates.card.KINDS."""
OWN: Mapping[str, tuple[Key, ...]] = {
    "tokens": (),
    "rates": _ROUNDED,
    "call": (_MODELS,),
    "flat": (_PER, Key("for", _COUNT, "how many of them the price is for; left out, one"), _MODELS),
    "image": (_PER, _MODELS),
    "tiers": (
        Key("tier", Text(choices=TIERS), "`each` unit at the price of the tier that all of them reach, `graduated` each at that of its own, or the `whole` at one price"),
        Key("counts", Text(choices=("units", "tokens")), "what reaches a tier; left out, units"),
        _PER,
        *_ROUNDED,
    ),
}  # fmt: skip
"""kind of a rule -> the keys that only some kinds may have; `phases`, `account` and `min_credits` all may."""
_ALL = (
    Key("phases", Text(pattern=r"[0-7](\.\.[0-7])?", called="a range of phases", hint='write "0..3" or "4"'), "at which phases it holds; left out, at all"),
    Key("account", Named(of=Anything(), name="COLUMN"), "of which accounts: those whose given row has these values"),
    replace(_CHARGE["min_credits"], needed=False),
)  # fmt: skip


def _of_kind(kind: str) -> Keys:
    needed = tuple(_CHARGE[name] for name in KINDS[kind])
    return Keys(keys=(*needed, *OWN[kind], *(key for key in _ALL if key.name not in KINDS[kind])))


_RULE = By(key="kind", of={kind: _of_kind(kind) for kind in KINDS}, says="how it is priced")
_PRICED = tuple(dict.fromkeys(name for names in KINDS.values() for name in names))
SHAPE = Keys(
    keys=(
        Key("format", Fixed(FORMAT, f"this harness reads format = {FORMAT} only"), "the format of this file", needed=True),
        Key(
            "models",
            Named(
                name='"MODEL"',
                of=Keys(
                    keys=(
                        Key("source", Text(), "where its price was read, and when", needed=True),
                        Key("provider", Text(), "whose it is"),
                        *(Key(usd, _MONEY, f"dollars, {usd.removesuffix('_per_1m').removesuffix('_usd')}{' tokens, a million' if usd.endswith('1m') else ', each'}") for usd in USD),
                    )
                ),
            ),
            "what the provider takes for each model: for an image, or for a million tokens of each kind",
        ),
        Key("operations", Named(name="OPERATION", of=Either(kinds=(_RULE, Each(of=_RULE)), called="a rule or a list of rules", hint='{ kind = "call", credits = 1 }')), "what each operation costs: a rule, or several that say where each holds"),
        Key(
            "configured",
            Each(
                item="configured {n}",
                of=Keys(
                    keys=(
                        Key("kind", Text(), "whose rows hold prices", needed=True),
                        Key("operation", Text(), "the column that names the operation that a row prices"),
                        Key("model", Text(), "the column that names the model that a row prices"),
                        Key("columns", Keys(keys=tuple(Key(name, Text(), "the column that holds it") for name in (*_PRICED, *USD))), "which column holds what", needed=True),
                    ),
                    rules=(Between(how=Of.ONE, keys=("operation", "model"), hint="the column that names what the row prices"),),
                ),
            ),
            "which rows of the target hold prices that a scenario may set",
        ),
    )
)  # fmt: skip


def read(path: Path, *, needed: bool = True, listed: Path | None = None) -> RateCard:
    """The card; without a file that nobody said is `needed`, one that is missing. An operation has one rule, or a list of
    rules that say at which phases and for which accounts each holds. `listed`: a file of prices that hold where it has none."""
    if not needed and not path.is_file():
        return RateCard(missing=True)
    strict = Strict(path.name, "rates")
    raw = strict.held(strict.load(path), SHAPE)
    models, operations = raw.get("models", {}), raw.get("operations", {})
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


def _price(strict: Strict, model: str, raw: Mapping[str, Any]) -> Price:
    where = f"models.{model}"
    usd = {key: Decimal(raw[key]) for key in USD if key in raw}
    by_token = [key for key in usd if key != "image_usd"]
    if not usd or (by_token and not {"input_usd_per_1m", "output_usd_per_1m"} <= usd.keys()):
        raise strict.wrong(f"{where} needs image_usd, or both input_usd_per_1m and output_usd_per_1m")
    return Price(model=model, source=raw["source"], **usd)


def _credits(value: Any) -> Amount:
    """A whole number, or an exact decimal as text."""
    return Decimal(value) if isinstance(value, str) else value


def _rules(strict: Strict, operation: str, value: Any) -> Iterable[Rule]:
    for n, raw in enumerate(value if isinstance(value, list) else [value]):
        where = f"operations.{operation}" + (f"[{n}]" if isinstance(value, list) else "")
        yield Rule(
            operation=operation,
            kind=raw["kind"],
            tokens_per_credit=raw.get("tokens_per_credit", 1),
            min_credits=_credits(raw.get("min_credits", 0)),
            credits=_credits(raw.get("credits", 0)),
            per=raw.get("per", ""),
            of_n=raw.get("for", 1),
            models={model: _credits(credits) for model, credits in raw.get("models", {}).items()},
            credits_per_1m={kind: Decimal(_credits(rate)) for kind, rate in raw.get("credits_per_1m", {}).items()},
            tiers=tuple(_tiers(strict, f"{where}.tiers", raw.get("tiers", ()))),
            tier=raw.get("tier", TIERS[0]),
            counts=raw.get("counts", "units"),
            decimals=raw.get("decimals", 0),
            rounding=raw.get("round", ROUNDINGS[0]),
            phases=strict.phases(f"{where}.phases", raw.get("phases", "0..7")),
            account=raw.get("account", {}),
        )


def _tiers(strict: Strict, where: str, tiers: Sequence[Mapping[str, Any]]) -> Iterable[tuple[int | None, Amount]]:
    """Ascending, the last one without an end."""
    below = 0
    for n, raw in enumerate(tiers):
        last = n == len(tiers) - 1
        if ("upto" in raw) == last:
            raise strict.wrong(f"{where}[{n}] {'has' if last else 'lacks'} upto", "every tier but the last one ends")
        upto = None if last else raw["upto"]
        if upto is not None and upto <= below:
            raise strict.wrong(f"{where}[{n}].upto {upto} is not above {below}", "tiers ascend")
        below = upto or below
        yield upto, _credits(raw["credits"])


def _configured(strict: Strict, n: int, raw: Mapping[str, Any]) -> Configured:
    """Which rows of the target hold prices that a scenario may set."""
    of = "model" if "model" in raw else "operation"
    for key in raw["columns"]:
        if key not in (known := USD if of == "model" else _PRICED):
            raise strict.wrong(f"configured {n}.columns.{key} is nothing that prices a{'n' if of != 'model' else ''} {of}", did_you_mean(key, known))  # fmt: skip
    return Configured(kind=raw["kind"], of=of, column=raw[of], columns=dict(raw["columns"]))
