"""Golden files: <scenario>.golden.toml beside the scenario, read strictly and written in one stable layout.

Raises golden-format, golden-syntax, golden-unknown-key, golden-value. docs/reference.md shows every key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from harness.core.errors import HarnessError
from harness.core.fold.postings import TOKENS
from harness.core.golden import FORMAT, SECTIONS, Deviation, Golden, Outcome, resolve
from harness.core.ledger import ONLY_ACCOUNT, Amount
from harness.core.phase import LAST
from harness.core.scenario import Path as Way
from harness.core.shape import Between, Each, Either, Fixed, Key, Keys, Named, Text, Whole
from harness.core.shape.kinds import Of
from harness.store.tomlread import Strict
from harness.store.tomlwrite import array, assignments, inline

SUFFIX = ".golden.toml"
AMOUNTS = ("credits", "balance", "opening", "closing")
PATHS = tuple(map(str, Way))
_AMOUNT = Either(
    kinds=(Whole(), Text(pattern=r"-?\d+(\.\d+)?", called="an exact decimal")),
    called="a whole number, or an exact decimal in quotes",
    hint='credits are 20, or money in quotes: "12.50"',
)
_WHY = Text(pattern=r"[\s\S]*\S[\s\S]*", called="a reason", hint="say why this outcome is right")
_TEXTS = Each(of=Text(), or_one=True)
_PHASES = Text(pattern=r"[0-7](\.\.[0-7])?", called="a range of phases", hint='write "0..3" or "4"; phases are 0 to 7')
_ACCOUNT = Key("account", Text(), "whose, where several accounts are in play")
_OPENED = Keys(
    keys=(
        Key("opening", _AMOUNT, "credits before", needed=True),
        Key("closing", _AMOUNT, "credits afterwards", needed=True),
    )
)
_SECTIONS = (
    Key("balance", Either(kinds=(_OPENED, Named(of=_OPENED, least=1, never=("opening", "closing"), name="ACCOUNT", item="balance of {name}", hint="{ opening = 100, closing = 80 }")), called="a table", hint="{ opening = 100, closing = 80 }"), "the balance, or by account name the balances"),
    Key(
        "ledger",
        Each(
            of=Keys(
                keys=(
                    Key("credits", _AMOUNT, "how many moved, with their sign", needed=True),
                    _ACCOUNT,
                    Key("kind", Text(), "what kind of movement it is, where it is no deduction"),
                    Key("operation", Text(), "what was paid for"),
                    Key("units", Whole(), "how many of it"),
                    Key("balance", _AMOUNT, "the balance that it left"),
                )
            )
        ),
        "each movement, in order; left out, none",
    ),
    Key(
        "usage",
        Each(
            of=Keys(
                keys=(
                    Key("credits", _AMOUNT, "what was charged", needed=True),
                    _ACCOUNT,
                    Key("operation", Text(), "what was done"),
                    Key("units", Whole(), "how many of it"),
                    Key("model", Text(), "the provider's model"),
                    Key("tokens_in", Whole(), "tokens that were asked with"),
                    Key("tokens_out", Whole(), "tokens that were answered with"),
                    *(Key(f"tokens_{name}", Whole(), f"of these tokens, those that are {name}") for name in TOKENS),
                    Key("cost_usd", Text(), "what the provider takes"),
                )
            )
        ),
        "each log of a use, in order; left out, none",
    ),
    Key("calls", Named(of=Whole(), name='"PROVIDER METHOD PATH"', hint='{ "openai POST /v1/chat/completions" = 1 }'), "how often each route of a provider was called"),
    Key("rows", Each(of=Text()), "the locked columns of rows that came or changed, a line for those that are alike"),
)  # fmt: skip
_DEVIATION = Keys(
    keys=(
        Key(
            "where",
            Keys(
                keys=(
                    Key("phase", _PHASES, 'the phases: `"0..3"` or `"4"`'),
                    Key("path", Each(of=Text(choices=PATHS, called="a path", hint=", ".join(PATHS)), or_one=True), "the paths"),
                ),
                rules=(Between(how=Of.SOME, keys=("phase", "path"), hint='say where it differs: { phase = "0..3" } or { path = "manual" }', said="is empty"),),
            ),
            "where the outcome is another",
            needed=True,
        ),
        Key("why", _WHY, "why it is", needed=True),
        Key("until", Whole(least=1, most=LAST, called="a phase at which it can end", hint="give a phase from 1 to 7"), "the phase at which it must be gone"),
        Key("known_wrong", _TEXTS, "the findings that explain it"),
        *_SECTIONS,
    ),
    rules=(Between(how=Of.SOME, keys=tuple(one.name for one in _SECTIONS), hint=f"give at least one of {', '.join(SECTIONS)}", said="replaces nothing"),),
)  # fmt: skip
SHAPE = Keys(
    keys=(
        Key("format", Fixed(FORMAT), f"{FORMAT}"),
        Key("scenario", Text(), "the scenario's id: the place of the file below scenarios", needed=True),
        Key("why", _WHY, "why this outcome is right, as whoever accepted it said", needed=True),
        Key("harness", Text(), "the version of the harness that wrote it"),
        Key("known_wrong", _TEXTS, "the findings that explain a locked outcome that is wrong"),
        Key("not_asked", _TEXTS, "the laws that the target had nothing for when this was accepted; one of the others that can no longer be asked fails"),
        *(replace(key, needed=key.name == "balance") for key in _SECTIONS),
        Key("deviation", Each(of=_DEVIATION, item="deviation {n}", hint="write [[deviation]]"), "where the outcome is another: whole parts, with an end"),
    )
)  # fmt: skip

__all__ = ["SUFFIX", "path_of", "read", "read_all", "resolve", "text_of"]


def path_of(folder: Path, scenario: str) -> Path:
    return folder / f"{scenario}{SUFFIX}"


def read_all(folder: Path) -> dict[str, Golden]:
    """Every golden below the scenario folder, by scenario id, whether or not the scenario exists."""
    goldens = {}
    for path in sorted(folder.rglob(f"*{SUFFIX}")):
        golden = read(path, folder)
        goldens[golden.scenario] = golden
    return goldens


def read(path: Path, folder: Path) -> Golden:
    name = path.relative_to(folder).as_posix()
    strict = Strict(name, "golden")
    found = strict.load(path)
    if found.get("format", FORMAT) != FORMAT:
        raise HarnessError(
            f"{name} has format {found['format']!r}; this harness reads format {FORMAT}",
            hint=f"write format = {FORMAT} and drive it: harness verify says what is not as it is locked there",
            code="golden-format",
        )
    raw = strict.held(found, SHAPE, top="the golden")
    if f"{raw['scenario']}{SUFFIX}" != name:
        raise strict.wrong(
            f"scenario {raw['scenario']!r} does not belong here", f"this file is for {name.removesuffix(SUFFIX)!r}"
        )
    return Golden(
        scenario=raw["scenario"],
        why=raw["why"],
        known_wrong=strict.texts("known_wrong", raw.get("known_wrong", [])),
        not_asked=strict.texts("not_asked", raw.get("not_asked", [])),
        outcome=Outcome(**_parts(raw)),
        deviations=tuple(_deviation(strict, n, value) for n, value in enumerate(raw.get("deviation", []), 1)),
        harness=raw.get("harness", ""),
    )


def text_of(golden: Golden) -> str:
    """The file's text. The same golden always gives the same bytes."""
    head = {"format": FORMAT, "scenario": golden.scenario, "why": golden.why, **_known(golden.known_wrong)}
    head |= {"harness": golden.harness} if golden.harness else {}
    head |= {"not_asked": list(golden.not_asked)} if golden.not_asked else {}
    body = {section: getattr(golden.outcome, section) for section in SECTIONS}
    lines = [f'# Change with: harness golden accept {golden.scenario} --why "..."']
    lines += assignments({key: inline(value) for key, value in head.items()} | _rendered(body))
    for deviation in golden.deviations:
        lines += ["", "[[deviation]]", *assignments(_deviation_text(deviation))]
    return "\n".join(lines) + "\n"


def _deviation_text(deviation: Deviation) -> dict[str, str]:
    where: dict[str, Any] = {}
    if deviation.phases is not None:
        low, high = deviation.phases
        where["phase"] = f"{low}..{high}" if low != high else str(low)
    if deviation.paths:
        where["path"] = deviation.paths[0] if len(deviation.paths) == 1 else list(deviation.paths)
    head: dict[str, Any] = {"where": where, "why": deviation.why, **_known(deviation.known_wrong)}
    if deviation.until is not None:
        head["until"] = deviation.until
    parts = {section: deviation.parts[section] for section in SECTIONS if section in deviation.parts}
    return {key: inline(value) for key, value in head.items()} | _rendered(parts)


def _rendered(parts: Mapping[str, Any]) -> dict[str, str]:
    rendered = {}
    for section, value in parts.items():
        if section == "balance":
            rendered[section] = inline(value[ONLY_ACCOUNT] if list(value) == [ONLY_ACCOUNT] else value)
        elif section == "calls":
            rendered[section] = inline(dict(sorted(value.items())))
        else:
            rendered[section] = array(value)
    return rendered


def _known(names: tuple[str, ...]) -> dict[str, Any]:
    return {"known_wrong": names[0] if len(names) == 1 else list(names)} if names else {}


def _parts(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The sections that `raw` gives, as an Outcome holds them."""
    return {section: _section(section, raw[section]) for section in SECTIONS if section in raw}


def _section(section: str, value: Any) -> Any:
    if section == "balance":
        accounts = {ONLY_ACCOUNT: value} if {"opening", "closing"} & value.keys() else value
        return {name: {key: _amount(number) for key, number in one.items()} for name, one in accounts.items()}
    return tuple(_row(one) for one in value) if isinstance(value, list) else dict(value)


def _row(value: Any) -> Any:
    """A line of text, or a row whose amounts are read."""
    if isinstance(value, str):
        return value
    return {key: _amount(one) if key in AMOUNTS else one for key, one in value.items()}


def _amount(value: int | str) -> Amount:
    """A whole number, or money as text: "12.50"."""
    return Decimal(value) if isinstance(value, str) else value


def _deviation(strict: Strict, n: int, raw: Mapping[str, Any]) -> Deviation:
    where, place, until = f"deviation {n}", raw["where"], raw.get("until")
    phases = strict.phases(f"{where}.where.phase", place["phase"]) if "phase" in place else None
    if phases is None and until is not None:
        phases = (0, until - 1)
    if phases is not None and phases[1] < LAST and until != phases[1] + 1:
        raise strict.wrong(
            f"{where} holds up to phase {phases[1]}, so it must say until = {phases[1] + 1}", "or change the range"
        )
    if phases is not None and phases[1] == LAST and until is not None:
        raise strict.wrong(f"{where} holds up to the last phase, so it has no until", "or change the range")
    return Deviation(
        phases=phases,
        paths=strict.texts(f"{where}.where.path", place.get("path", [])),
        why=raw["why"],
        until=until,
        parts=_parts(raw),
        known_wrong=strict.texts(f"{where}.known_wrong", raw.get("known_wrong", [])),
    )
