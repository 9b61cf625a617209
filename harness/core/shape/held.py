"""Whether a value is what a shape says: the first thing that is refused of it, in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.core.errors import did_you_mean
from harness.core.shape.kinds import (
    Anything,
    Between,
    By,
    Each,
    Either,
    Fixed,
    Flag,
    Key,
    Keys,
    Kind,
    Named,
    Number,
    Of,
    Text,
    Whole,
)

_BARE = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """`hint` is "" where there is nothing to say but that the formats are documented; `unknown` of a key that no shape knows."""

    message: str
    hint: str
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """How places are told: `top` is what the whole file is called, `table` says the name of a table."""

    top: str
    table: Callable[[str], str] = str

    def of_table(self, where: str) -> str:
        return self.table(where) if where else self.top


def refusals(kind: Kind, value: Any, words: Words, where: str = "") -> Iterator[Refusal]:
    """What is wrong with `value`, which stands at `where` ("" for the whole file): unknown keys of a table first, then what it lacks, then
    what stands in it, in its order."""
    match kind:
        case Keys():
            yield from _keys(kind, value, words, where)
        case By():
            yield from _by(kind, value, words, where)
        case Named():
            yield from _named(kind, value, words, where)
        case Each():
            yield from _each(kind, value, words, where)
        case Either():
            meant = _meant(kind, value)
            if meant is None:
                yield Refusal(message=f"{where} must be {kind.called}, not {value!r}", hint=kind.hint)
            else:
                yield from refusals(meant, value, words, where)
        case _:
            yield from _plain(kind, value, where)


def child(where: str, key: str) -> str:
    """How what stands at `key` of the table `where` is told."""
    word = key if _BARE.fullmatch(key) else repr(key)
    return f"{where}.{word}" if where else word


def _keys(kind: Keys, value: Any, words: Words, where: str) -> Iterator[Refusal]:
    told = words.of_table(where)
    if not isinstance(value, dict):
        yield Refusal(message=f"{told} must be {kind.called or 'a table'}, not {value!r}", hint=kind.hint)
        return
    for name in value:
        if name not in kind.names:
            yield Refusal(message=f"unknown key '{name}' in {told}", hint=did_you_mean(name, kind.names), unknown=True)
    for key in kind.keys:
        if key.needed and key.name not in value:
            yield Refusal(message=f"{told} lacks '{key.name}'", hint=kind.hint)
    for rule in kind.rules:
        yield from _rule(rule, value, told)
    for key in kind.keys:
        if key.name in value:
            yield from refusals(key.of, value[key.name], words, child(where, key.name))


def _by(kind: By, value: Any, words: Words, where: str) -> Iterator[Refusal]:
    said = value.get(kind.key) if isinstance(value, dict) else None
    if not isinstance(value, dict):
        yield Refusal(message=f"{words.of_table(where)} must be a table, not {value!r}", hint="")
    elif not isinstance(said, str) or said not in kind.of:
        yield Refusal(message=f"{child(where, kind.key)} {said!r} is not known", hint=did_you_mean(str(said), kind.of))
    else:
        yield from _keys(with_key(kind, said), value, words, where)


def with_key(kind: By, said: str) -> Keys:
    """What a table may have whose key says `said`, that key among it."""
    own = kind.of[said]
    first = Key(kind.key, Text(choices=(said,)), kind.says, needed=True)
    return Keys(keys=(first, *own.keys), rules=own.rules, called=own.called, hint=own.hint)


def _rule(rule: Between, value: Mapping[str, Any], told: str) -> Iterator[Refusal]:
    there = [name for name in rule.keys if name in value]
    first, *rest = rule.keys
    said = ""
    match rule.how:
        case Of.ONE if len(there) != 1:
            said = f"needs one of {' and '.join(rule.keys)}"
        case Of.AT_MOST_ONE if len(there) > 1:
            said = f"has {' and '.join(there)}"
        case Of.SOME if not there:
            said = f"has none of {', '.join(rule.keys)}"
        case Of.FIRST_NEEDS_REST if first in value and len(there) < len(rule.keys):
            said = f"has {first} without {' and '.join(one for one in rest if one not in value)}"
    if said:
        yield Refusal(message=f"{told} {rule.said or said}", hint=rule.hint)


def _named(kind: Named, value: Any, words: Words, where: str) -> Iterator[Refusal]:
    told = words.of_table(where)
    if not isinstance(value, dict):
        what = f"map {kind.called}" if kind.called else "be a table"
        yield Refusal(message=f"{told} must {what}, and {where.rpartition('.')[2] or 'it'} is none", hint=kind.hint)
        return
    if len(value) < kind.least:
        yield Refusal(message=f"{told} is empty", hint=kind.hint)
    for name, one in value.items():
        of = kind.also.get(name, kind.of)
        if name in kind.never:
            yield Refusal(message=f"{name} is no name in {told}", hint=kind.hint)
        elif kind.called and not _fits(of, one):
            yield Refusal(message=f"{told} must map {kind.called}, and {name} is none", hint=kind.hint)
        else:
            yield from refusals(of, one, words, kind.item.format(name=name) if kind.item else child(where, name))


def _each(kind: Each, value: Any, words: Words, where: str) -> Iterator[Refusal]:
    if not isinstance(value, list):
        if kind.or_one:
            yield from refusals(kind.of, value, words, where)
        else:
            what = kind.called or ("a list of texts" if isinstance(kind.of, Text) else "a list")
            yield Refusal(message=f"{where} must be {what}, not {value!r}", hint=kind.hint)
        return
    if len(value) < kind.least:
        yield Refusal(message=f"{where} is empty", hint=kind.hint)
    for n, one in enumerate(value):
        place = kind.item.format(n=n + 1) if kind.item else where if kind.or_one else f"{where}[{n}]"
        yield from refusals(kind.of, one, words, place)


def _meant(kind: Either, value: Any) -> Kind | None:
    fit = [one for one in kind.kinds if _fits(one, value)]
    for one in fit:
        if isinstance(one, Keys) and len(fit) > 1 and not set(one.names) & set(value):
            continue
        return one
    return None


def _fits(kind: Kind, value: Any) -> bool:
    match kind:
        case Text():
            return isinstance(value, str)
        case Whole():
            return _whole(value)
        case Number():
            return _number(value)
        case Flag():
            return isinstance(value, bool)
        case Fixed():
            return type(value) is type(kind.value) and bool(value == kind.value)
        case Each():
            return isinstance(value, list) or (kind.or_one and _fits(kind.of, value))
        case Keys() | Named() | By():
            return isinstance(value, dict)
        case Either():
            return _meant(kind, value) is not None
    return True


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain(kind: Text | Whole | Number | Flag | Fixed | Anything, value: Any, where: str) -> Iterator[Refusal]:
    match kind:
        case Text() if not isinstance(value, str):
            yield Refusal(message=f"{where} must be text, not {value!r}", hint=kind.hint or "put it in quotes")
        case Text() if kind.choices and value not in kind.choices:
            what = f"is not {kind.called}" if kind.called else "is not known"
            yield Refusal(message=f"{where} {value!r} {what}", hint=kind.hint or did_you_mean(value, kind.choices))
        case Text() if kind.pattern and not re.fullmatch(kind.pattern, value, re.DOTALL):
            yield Refusal(message=f"{where} {value!r} is not {kind.called}", hint=kind.hint)
        case Whole() if not _whole(value):
            yield Refusal(message=f"{where} must be a whole number, not {value!r}", hint=kind.hint)
        case Whole() if not (kind.least is None or value >= kind.least) or not (
            kind.most is None or value <= kind.most
        ):
            yield Refusal(message=f"{where} {value!r} is not {kind.called}", hint=kind.hint)
        case Number() if not _number(value) or not value > kind.above:
            yield Refusal(message=f"{where} {value!r} is not {kind.called}", hint=kind.hint)
        case Flag() if not isinstance(value, bool):
            yield Refusal(message=f"{where} must be true or false", hint="write it without quotes")
        case Fixed() if not _fits(kind, value):
            yield Refusal(message=f"{where} {value!r} is not {kind.value!r}", hint=kind.hint)
