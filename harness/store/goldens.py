"""Golden files: <scenario>.golden.toml beside the scenario, read strictly and written in one stable layout.

Raises golden-format, golden-syntax, golden-unknown-key, golden-value. docs/formats.md shows the file with every key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from harness.core.errors import HarnessError
from harness.core.fold.postings import TOKENS
from harness.core.golden import FORMAT, SECTIONS, Deviation, Golden, Outcome, resolve
from harness.core.ledger import ONLY_ACCOUNT, Amount
from harness.store.tomlread import Strict
from harness.store.tomlwrite import array, assignments, inline

SUFFIX = ".golden.toml"
DECIMAL = re.compile(r"-?\d+(\.\d+)?")
LEDGER = (("credits",), ("account", "kind", "operation", "units", "balance"))
USAGE = (
    ("credits",),
    (
        "account",
        "operation",
        "units",
        "model",
        "tokens_in",
        "tokens_out",
        *(f"tokens_{name}" for name in TOKENS),
        "cost_usd",
    ),
)
AMOUNTS = ("credits", "balance", "opening", "closing")
TEXTS = ("account", "kind", "operation", "model", "cost_usd")

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
    raw = strict.table(
        "the golden",
        found,
        ("format", "scenario", "why", "balance"),
        ("known_wrong", "not_asked", "ledger", "usage", "calls", "rows", "deviation"),
    )
    if f"{raw['scenario']}{SUFFIX}" != name:
        raise strict.wrong(
            f"scenario {raw['scenario']!r} does not belong here", f"this file is for {name.removesuffix(SUFFIX)!r}"
        )
    deviations = raw.get("deviation", [])
    if not isinstance(deviations, list):
        raise strict.wrong("deviation must be a list of tables", "write [[deviation]]")
    return Golden(
        scenario=strict.text("scenario", raw["scenario"]),
        why=_reason(strict, "why", raw["why"]),
        known_wrong=strict.texts("known_wrong", raw.get("known_wrong", [])),
        not_asked=strict.texts("not_asked", raw.get("not_asked", [])),
        outcome=Outcome(**_parts(strict, "", raw)),
        deviations=tuple(_deviation(strict, n, value) for n, value in enumerate(deviations, 1)),
    )


def text_of(golden: Golden) -> str:
    """The file's text. The same golden always gives the same bytes."""
    head = {"format": FORMAT, "scenario": golden.scenario, "why": golden.why, **_known(golden.known_wrong)}
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


def _reason(strict: Strict, where: str, value: Any) -> str:
    if not strict.text(where, value).strip():
        raise strict.wrong(f"{where} is empty", "say why this outcome is right")
    return value


def _parts(strict: Strict, where: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The sections that `raw` gives, as an Outcome holds them."""
    readers = {
        "balance": _balance,
        "ledger": lambda s, w, v: _rows(s, w, v, *LEDGER),
        "usage": lambda s, w, v: _rows(s, w, v, *USAGE),
        "calls": _calls,
        "rows": lambda s, w, v: s.texts(w, v) if isinstance(v, list) else _no_list(s, w, v),
    }
    return {section: readers[section](strict, where + section, raw[section]) for section in SECTIONS if section in raw}


def _balance(strict: Strict, where: str, value: Any) -> dict[str, dict[str, Amount]]:
    accounts = {ONLY_ACCOUNT: value} if isinstance(value, dict) and {"opening", "closing"} & value.keys() else value
    if not isinstance(accounts, dict) or not accounts:
        raise strict.wrong(f"{where} must name opening and closing credits", "{ opening = 100, closing = 80 }")
    return {
        name: {
            key: _amount(strict, f"{where}.{key}", number)
            for key, number in strict.table(f"{where} of {name}", one, ("opening", "closing")).items()
        }
        for name, one in accounts.items()
    }


def _rows(
    strict: Strict, where: str, value: Any, required: tuple[str, ...], optional: tuple[str, ...]
) -> tuple[dict[str, Any], ...]:
    if not isinstance(value, list):
        _no_list(strict, where, value)
    rows = [strict.table(f"{where}[{n}]", row, required, optional) for n, row in enumerate(value)]
    for n, row in enumerate(rows):
        for key, item in row.items():
            if key in AMOUNTS:
                row[key] = _amount(strict, f"{where}[{n}].{key}", item)
            else:
                (strict.text if key in TEXTS else strict.whole)(f"{where}[{n}].{key}", item)
    return tuple(rows)


def _amount(strict: Strict, where: str, value: Any) -> Amount:
    """A whole number, or money as text: "12.50"."""
    if not isinstance(value, str):
        return strict.whole(where, value)
    if not DECIMAL.fullmatch(value):
        raise strict.wrong(f"{where} must be a whole number, or an exact decimal in quotes, not {value!r}")
    return Decimal(value)


def _calls(strict: Strict, where: str, value: Any) -> dict[str, int]:
    if not isinstance(value, dict):
        raise strict.wrong(f"{where} must map routes to counts", '{ "openai POST /v1/chat/completions" = 1 }')
    return {route: strict.whole(f"{where} of {route}", count) for route, count in value.items()}


def _no_list(strict: Strict, where: str, value: Any) -> Any:
    raise strict.wrong(f"{where} must be a list, not {value!r}")


def _deviation(strict: Strict, n: int, value: Any) -> Deviation:
    where = f"deviation {n}"
    raw = strict.table(where, value, ("where", "why"), ("until", "known_wrong", *SECTIONS))
    place = strict.table(f"{where}.where", raw["where"], (), ("phase", "path"))
    if not place:
        raise strict.wrong(f"{where}.where is empty", 'say where it differs: { phase = "0..3" } or { path = "manual" }')
    until = strict.whole(f"{where}.until", raw["until"]) if "until" in raw else None
    if until is not None and not 1 <= until <= 7:
        raise strict.wrong(f"{where}.until {until} is not a phase at which it can end", "give a phase from 1 to 7")
    phases = strict.phases(f"{where}.where.phase", place["phase"]) if "phase" in place else None
    if phases is None and until is not None:
        phases = (0, until - 1)
    if phases is not None and phases[1] < 7 and until != phases[1] + 1:
        raise strict.wrong(
            f"{where} holds up to phase {phases[1]}, so it must say until = {phases[1] + 1}", "or change the range"
        )
    if phases is not None and phases[1] == 7 and until is not None:
        raise strict.wrong(f"{where} holds up to the last phase, so it has no until", "or change the range")
    paths = strict.texts(f"{where}.where.path", place.get("path", []))
    for path in paths:
        if path not in ("manual", "automation", "scheduled", "direct"):
            raise strict.wrong(f"{where}.where.path {path!r} is not a path", "manual, automation, scheduled or direct")
    parts = _parts(strict, f"{where}.", raw)
    if not parts:
        raise strict.wrong(f"{where} replaces nothing", f"give at least one of {', '.join(SECTIONS)}")
    return Deviation(
        phases=phases,
        paths=paths,
        why=_reason(strict, f"{where}.why", raw["why"]),
        until=until,
        parts=parts,
        known_wrong=strict.texts(f"{where}.known_wrong", raw.get("known_wrong", [])),
    )
