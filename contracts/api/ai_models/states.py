"""Database states of the models endpoint: rows of models, settings of the installation and overrides of two accounts.

A state is plain JSON, so that a failing one can be kept in a file and played again. `corners` are always tried first;
`states` is the Hypothesis strategy. One draw makes a state: generating must not cost more than asking.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from hypothesis import strategies as st

from .world import CALLERS, OTHER, OWNER

REAL = ("gpt-5.1", "gpt-4o-mini", "runware:97@1", "dall-e-3", "google:4@2", "bria:10@1", "GPT-5.1", "a", "B")
ODD = (
    "模型·三",
    "Ünïcødé",
    "🖼️",
    "e\u0301",
    "\u202eright-to-left",
    "' OR 1=1 --",
    "<script>",
    "\\",
    "%s",
    " ",
    "null",
    "x" * 100,
)
PRICES = (None, "0.0000", "0.0001", "0.0400", "1.2500", "10.0000", "999999.9999")
CREDITS = (None, 0, 1, 5, 15, 2147483647)
ORDERS = (0, 0, 0, 1, 2, 10, -1, 2147483647)
TIERS = (None, "basic", "quality", "premium")
SIZES = ([], ["1024x1024"], ["1024x1024", "1792x1024"])
MENDED = (True, True, True, False)
STYLES = (None, "", "photorealistic", "sketch", "水彩")
COUNTS = (None, 0, 1, 3, 10)
CROWDS = (*(0,) * 30, 1, 7, 40)
ASKING = (*(OWNER,) * 88, *(OTHER,) * 24, *CALLERS)
CHOICES = {"text": ("gpt-5.1", "gpt-4o-mini"), "image": ("dall-e-3", "bria:10@1", "runware:97@1")}
MOST_ROWS = 6
FIRST_SURROGATE, SURROGATES = 0xD800, 0x800
WIDTHS = (0x7F, 0x7F, 0x2FFF, 0x10FFFF - SURROGATES)
"""How many code points a character is one of: ASCII, what many alphabets use, all of them."""

_BYTES = 64
"""What six rows and all the rest use up, but for the rarest names; a number that is used up goes on as zeros."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """`models` are rows by column. `overrides` maps an account to its columns, no entry for no row. `shared` are columns
    of the installation's settings; `service`, `chosen` and `chosen_text` only where these still choose models. `crowd`
    more active rows are added for a second request that must cost no more queries. `providers_active` switches all
    provider rows."""

    models: tuple[Row, ...]
    overrides: dict[str, Row]
    shared: Row
    service: str
    chosen: str
    chosen_text: str = "gpt-5.1"
    providers_active: bool = True
    crowd: int = 0
    caller: str = OWNER

    def __str__(self) -> str:
        return f"models {', '.join(repr(row['model_name']) for row in self.models) or 'none'}; asked by '{self.caller}'"

    def as_json(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> State:
        return cls(**{**value, "models": tuple(value["models"])})

    def crowded(self) -> State:
        """The same with `crowd` more active models behind all others."""
        taken = {row["model_name"] for row in self.models}
        names = [f"crowd-{n:04}" for n in range(self.crowd)]
        more = tuple(
            model(name, "image" if n % 2 else "text", sort_order=3 + n)
            for n, name in enumerate(names)
            if name not in taken
        )
        return replace(self, models=(*self.models, *more), crowd=0)


def model(name: str, kind: str, **columns: Any) -> Row:
    """A row of the models' table with every column; `columns` replace the usual values."""
    return {
        "model_name": name, "display_name": "", "model_type": kind, "provider": "openai", "is_active": True,
        "is_default": False, "sort_order": 0, "cost_per_image": None, "input_cost_per_1m": None,
        "output_cost_per_1m": None, "max_tokens": None, "valid_sizes": [], "credits_per_image": None,
        "tokens_per_credit": None, "quality_tier": None, **columns,
    }  # fmt: skip


def states() -> st.SearchStrategy[State]:
    """Any state. Names are unique, as the column is; everything else may collide.

    Drawn as bytes and not as numbers: Hypothesis prefers small numbers, and the last digits of one would always be 0.
    """
    return st.binary(min_size=_BYTES, max_size=_BYTES).map(lambda drawn: _state(_Digits(int.from_bytes(drawn))))


def _state(rest: _Digits) -> State:
    """Everything of a state from one number."""
    named = {row["model_name"]: row for row in (_model(rest) for _ in range(rest.below(MOST_ROWS + 1)))}
    models = tuple(named.values())
    if rest.of(MENDED):
        models = _with_defaults(models)
    named_of = {kind: [row["model_name"] for row in models if row["model_type"] == kind] for kind in CHOICES}
    text, chosen = (rest.of((*CHOICES[kind], *named_of[kind])) for kind in CHOICES)
    service = rest.of(("openai", "runware"))
    shared = {"image_style": rest.of(STYLES[2:]), "max_in_article_images": rest.of((3, 0, 10))}
    providers_active, crowd, caller = rest.of((True, False)), rest.of(CROWDS), rest.of(ASKING)
    names = [None, "", "gone:1@1", "dall-e-3", *named_of["image"], *named_of["text"]]
    overrides = {}
    for account in (OWNER, OTHER):
        if rest.of((False, True, True)):
            columns = {
                "text_model": rest.of((None, *named_of["text"])),
                "image_model": rest.of(names),
                "image_style": rest.of(STYLES),
                "max_in_article_images": rest.of(COUNTS),
            }
            overrides[account] = columns
    return State(
        models=models, overrides=overrides, shared=shared, service=service, chosen=chosen,
        chosen_text=text, providers_active=providers_active, crowd=crowd, caller=caller,
    )  # fmt: skip


def _with_defaults(models: tuple[Row, ...]) -> tuple[Row, ...]:
    """`models`, and in each type an active row that is marked: without, the answer is an error and shows no row."""
    for kind in ("text", "image"):
        own = [row for row in models if row["model_type"] == kind]
        if any(row["is_active"] and row["is_default"] for row in own):
            continue
        if own:
            row = {**own[0], "is_active": True, "is_default": True}
            models = tuple(row if one is own[0] else one for one in models)
        else:
            models = (*models, model(f"only-{kind}", kind, is_default=True))
    return models


def simpler(state: State) -> Iterator[State]:
    """`state` with one thing less, the largest first: a crowd, a row, an override, a column's value."""
    if state.crowd:
        yield replace(state, crowd=0)
        if state.crowd > 1:
            yield replace(state, crowd=1)
    for at in range(len(state.models)):
        yield replace(state, models=(*state.models[:at], *state.models[at + 1 :]))
    for account in state.overrides:
        yield replace(state, overrides={name: row for name, row in state.overrides.items() if name != account})
    for account, row in state.overrides.items():
        for column, value in row.items():
            if value is not None:
                yield replace(state, overrides={**state.overrides, account: {**row, column: None}})
    for at, row in enumerate(state.models):
        plain = model(row["model_name"], row["model_type"])
        for column, value in row.items():
            if value != plain[column]:
                less = {**row, column: plain[column]}
                yield replace(state, models=(*state.models[:at], less, *state.models[at + 1 :]))
    if state.caller != OWNER:
        yield replace(state, caller=OWNER)


def corners() -> list[State]:
    """States that must never be left to chance."""
    usual = State(
        models=(),
        overrides={},
        shared={"image_style": "photorealistic", "max_in_article_images": 3},
        service="runware",
        chosen="bria:10@1",
    )
    two = (
        model("gpt-5.1", "text", is_default=True, input_cost_per_1m="1.2500", output_cost_per_1m="10.0000", max_tokens=8192),
        model("runware:97@1", "image", provider="runware", is_default=True, quality_tier="basic", credits_per_image=1, cost_per_image="0.0090"),
        model("dall-e-3", "image", sort_order=1, quality_tier="quality", credits_per_image=5, cost_per_image="0.0400", valid_sizes=["1024x1024"]),
    )  # fmt: skip
    off = [
        {**row, "is_default": row["model_name"] == "dall-e-3", "is_active": row["model_name"] != "dall-e-3"}
        for row in two
    ]
    return [
        replace(usual, models=two),
        usual,
        replace(usual, models=two, crowd=300),
        replace(usual, models=tuple({**row, "is_default": True} for row in two)),
        replace(usual, models=tuple({**row, "is_default": False} for row in two)),
        replace(usual, models=tuple(off)),
        replace(usual, models=tuple({**row, "is_active": False} for row in two)),
        replace(usual, models=tuple({**row, "is_default": True} for row in two), service="openai", chosen="dall-e-3"),
        replace(usual, models=(*two, model("gpt-4o-mini", "text", is_default=True)), chosen_text="gpt-4o-mini"),
        replace(usual, models=_with_defaults(tuple(model(name, "text", display_name=name) for name in ODD))),
        replace(usual, models=_with_defaults(tuple(model(name, "image", display_name=name, sort_order=n % 2) for n, name in enumerate(ODD)))),
        replace(usual, models=two, overrides={OTHER: {"image_model": "dall-e-3", "image_style": "sketch", "max_in_article_images": 10}}),
        replace(usual, models=two, overrides={OWNER: {"image_model": "dall-e-3", "image_style": "sketch", "max_in_article_images": 0}}),
        replace(usual, models=two, overrides={OWNER: {"image_model": "gone:1@1", "image_style": None, "max_in_article_images": None}}),
        *(replace(usual, models=two, caller=name) for name in CALLERS),
    ]  # fmt: skip


def _model(digits: _Digits) -> Row:
    return model(
        _name(digits),
        digits.of(("image", "text")),
        is_active=digits.of((True, True, False)),
        is_default=digits.of((False, True)),
        sort_order=digits.of(ORDERS),
        provider=digits.of(("openai", "runware", "anthropic")),
        display_name=digits.of(("", "A name", "模型", '🖼️ \\ " <b>')),
        quality_tier=digits.of(TIERS),
        cost_per_image=digits.of(PRICES),
        input_cost_per_1m=digits.of(PRICES),
        output_cost_per_1m=digits.of(PRICES),
        credits_per_image=digits.of(CREDITS),
        tokens_per_credit=digits.of(CREDITS),
        max_tokens=digits.of((None, 0, 8192)),
        valid_sizes=digits.of(SIZES),
    )


def _name(digits: _Digits) -> str:
    """A real one, an odd one, or up to four characters of any kind but NUL, which no text of the database can hold."""
    if known := digits.of((REAL, ODD, ())):
        return str(digits.of(known))
    return "".join(chr(_scalar(1 + digits.below(digits.of(WIDTHS)))) for _ in range(1 + digits.below(4)))


def _scalar(point: int) -> int:
    """Never a surrogate, which UTF-8 cannot write."""
    return point if point < FIRST_SURROGATE else point + SURROGATES


class _Digits:
    """A number read digit by digit, each in the base of what it chooses from."""

    def __init__(self, number: int) -> None:
        self.number = number

    def below(self, base: int) -> int:
        self.number, digit = divmod(self.number, base)
        return digit

    def of(self, values: Sequence[Any]) -> Any:
        return values[self.below(len(values))]
