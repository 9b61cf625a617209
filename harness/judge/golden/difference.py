"""How two outcomes differ, in lines that start with what a customer feels: credits, then rows and calls, old -> new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from harness.core.counts import count, plain, signed
from harness.core.golden import SECTIONS, Outcome
from harness.core.ledger import ONLY_ACCOUNT, Amount

LINES_A_SECTION = 6


def difference(
    old: Outcome, new: Outcome, *, was: str = "the golden has", sections: Sequence[str] = SECTIONS
) -> list[str]:
    """Lines that say what `new` has where `old` had something else; empty when they agree in `sections`."""
    lines: list[str] = []
    if "balance" in sections:
        lines += _balance(old, new, was)
    for section in ("ledger", "usage"):
        if section in sections:
            lines += _cut(_rows(section, getattr(old, section), getattr(new, section)), section)
    if "calls" in sections:
        lines += _calls(old.calls, new.calls)
    if "rows" in sections:
        lines += _cut(_domain_rows(old.rows, new.rows), "rows")
    if lines and _charges(old) == _charges(new) and "balance" in sections:
        lines.insert(0, f"{count(new.charged_credits, 'credit')} charged, as before; the rest differs:")
    return lines


def _balance(old: Outcome, new: Outcome, was: str) -> list[str]:
    lines = []
    if old.charged_credits != new.charged_credits:
        delta = new.charged_credits - old.charged_credits
        lines.append(
            f"{count(new.charged_credits, 'credit')} charged where {was} {old.charged_credits} ({signed(delta)})"
        )
    lines += _payers(old, new, was)
    for name in sorted({*old.balance, *new.balance}):
        whose = "" if name == ONLY_ACCOUNT else f" of {name}"
        before, after = old.balance.get(name), new.balance.get(name)
        if before is None or after is None:
            continue  # who pays and did not, or the other way round, is said above
        for part in ("opening", "closing"):
            if before[part] != after[part]:
                lines.append(
                    f"{part} balance{whose}: {before[part]} -> {after[part]} ({signed(after[part] - before[part])})"
                )
    return lines


def _payers(old: Outcome, new: Outcome, was: str) -> list[str]:
    """Who pays instead of whom: a sum that is right hides that the wrong customer was charged."""
    before, after = _charges(old), _charges(new)
    if len({*before, *after}) < 2:
        return []
    return [
        f"{name}: {count(after.get(name, 0), 'credit')} charged where {was} {before.get(name, 0)} "
        f"({signed(after.get(name, 0) - before.get(name, 0))})"
        for name in sorted({*before, *after})
        if after.get(name) != before.get(name)
    ]


def _charges(outcome: Outcome) -> dict[str, Amount]:
    """Account name -> credits charged."""
    return {name: account["opening"] - account["closing"] for name, account in outcome.balance.items()}


def _rows(section: str, old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> list[str]:
    keys_old, keys_new = ([_text(row) for row in rows] for rows in (old, new))
    lines = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, keys_old, keys_new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        gone, come = list(old[i1:i2]), list(new[j1:j2])
        for before, after in _pairs(gone, come):
            if before is None:
                lines.append(f"{section} + {_text(after)}")
            elif after is None:
                lines.append(f"{section} - {_text(before)}")
            else:
                lines.append(f"{section} {_name(after)}: {_changed(before, after)}")
    return lines


def _pairs(gone: list, come: list) -> list[tuple[Any, Any]]:
    """Pair rows of the same operation, those first that have most in common; what is left over was removed or added."""
    alike = [
        (-_common(before, after), i, j)
        for i, before in enumerate(gone)
        for j, after in enumerate(come)
        if _name(before) == _name(after)
    ]
    partner: dict[int, int] = {}
    for _, i, j in sorted(alike):
        if i not in partner.values() and j not in partner:
            partner[j] = i
    left = [(before, None) for i, before in enumerate(gone) if i not in partner.values()]
    return left + [(gone[partner[j]] if j in partner else None, after) for j, after in enumerate(come)]


def _common(before: Mapping[str, Any], after: Mapping[str, Any]) -> int:
    """How many fields of two rows say the same: a row is told from others by what was used, and not by its place."""
    return sum(1 for key, value in before.items() if key in after and after[key] == value)


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    keys = [*before, *(key for key in after if key not in before)]
    return ", ".join(
        f"{key} {_value(before, key)} -> {_value(after, key)}" for key in keys if before.get(key) != after.get(key)
    )


def _value(row: Mapping[str, Any], key: str) -> str:
    return "none" if key not in row else plain(row[key]) or '""'


def _name(row: Mapping[str, Any]) -> str:
    who = f"{row['account']} " if "account" in row else ""
    return f"{who}{row.get('operation') or row.get('kind', '')}"


def _text(row: Mapping[str, Any]) -> str:
    rest = " ".join(f"{key}={plain(value)}" for key, value in row.items() if key not in ("account", "operation"))
    return f"{_name(row)} {rest}"


def _calls(old: Mapping[str, int], new: Mapping[str, int]) -> list[str]:
    routes = sorted({*old, *new})
    return [
        f"calls {route}: {old.get(route, 0)} -> {new.get(route, 0)}"
        for route in routes
        if old.get(route, 0) != new.get(route, 0)
    ]


def _domain_rows(old: Sequence[str], new: Sequence[str]) -> list[str]:
    gone, come = Counter(old) - Counter(new), Counter(new) - Counter(old)
    return [f"rows - {line}" for line in sorted(gone.elements())] + [
        f"rows + {line}" for line in sorted(come.elements())
    ]


def _cut(lines: list[str], section: str) -> list[str]:
    if len(lines) <= LINES_A_SECTION:
        return lines
    return [*lines[:LINES_A_SECTION], f"{section}: {len(lines) - LINES_A_SECTION} more differences"]
