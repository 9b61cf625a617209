"""The kinds of values that stand in a TOML file of ours.

`called` is what a message calls the value ("a phase"), `hint` what to do about one that is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One of `choices`, where there are any; like the regular expression `pattern`, as a whole, where there is one."""

    choices: tuple[str, ...] = ()
    pattern: str = ""
    called: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A whole number, from `least` to `most`."""

    least: int | None = None
    most: int | None = None
    called: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """Whole or not, and more than `above`."""

    above: float = 0
    called: str = "a number above 0"
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """This value and no other: a format's number, `false`."""

    value: int | bool
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Anything:
    """Whatever TOML can say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Each:
    """A list of at least `least`; `or_one`: what would be alone in it may stand without it. `item` names the nth in messages: "deviation {n}"."""

    of: Kind
    least: int = 0
    or_one: bool = False
    item: str = ""
    called: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A table whose keys are names of the author's own, at least `least`, none of them in `never`; those in `also` hold another kind.
    `name` is what the page calls one of them, `item` names what it holds in messages: "balance of {name}"."""

    of: Kind
    also: Mapping[str, Kind] = field(default_factory=dict)
    least: int = 0
    never: tuple[str, ...] = ()
    name: str = "NAME"
    item: str = ""
    called: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """`says` is a sentence for the page of reference and for editors; it begins small, as it stands behind the name."""

    name: str
    of: Kind
    says: str
    needed: bool = False


class Of(StrEnum):
    """How many of the keys that a rule names are there."""

    ONE = "exactly one of"
    AT_MOST_ONE = "at most one of"
    SOME = "at least one of"
    FIRST_NEEDS_REST = "the first only with"


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """What holds between keys. `said` is what a message says of a table that breaks it, instead of the usual."""

    how: Of
    keys: tuple[str, ...]
    hint: str
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """A table of known keys."""

    keys: tuple[Key, ...]
    rules: tuple[Between, ...] = ()
    called: str = ""
    hint: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """One of several, told apart by the type of the value; of two kinds of tables the first is meant where one of its keys is there."""

    kinds: tuple[Kind, ...]
    called: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """A table whose key `key` says which keys it has beside that."""

    key: str
    of: Mapping[str, Keys]
    says: str


Kind = Text | Whole | Number | Flag | Fixed | Anything | Each | Named | Keys | Either | By
