"""Variations: how the world of a scenario is changed between seeding and its baseline, and what its provider answers then.

A world in which two keys are equal cannot tell which of them was used, and one in which a limit is above all that comes
cannot tell whether it is kept. Each variation is a principle that the generator (harness.stack.vary) works out from the
catalogue of whatever target it meets; none knows a table.

What came of a varied cell is locked as a surface of its own, "path~variation"; laws of the ledger that hold in any world
are asked of it, and no golden is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from harness.core.errors import HarnessError, did_you_mean

NUMBERS, SECRETS, TWIN, CROWD, WORDS, DATES, CONTENDED = (
    "numbers",
    "secrets",
    "twin",
    "crowd",
    "words",
    "dates",
    "contended",
)
ROWS = (NUMBERS, SECRETS, TWIN, CROWD, WORDS, DATES, CONTENDED)
"""What can be laid over rows: every number is another one, in every row; every secret is; an older look-alike of each tenant; many copies of each
kind of row; signs of other scripts, quotes and markup in every text that people write; every time that is past is the last of a long month;
somebody holds the rows of each table, who changes them as soon as they are waited for."""
USAGE, UNUSABLE, HELD, UNTRUSTED = "usage", "unusable", "held", "untrusted"
ANSWERS = (USAGE, UNUSABLE, HELD, UNTRUSTED)
"""What can be laid over answers: no optional count of a usage is zero; the text is not what was asked for; the first one waits until somebody
else has written; whoever answers shows a certificate that nobody trusts."""
WENT_ON = "the client went on, although nobody trusts the certificate that it was shown"
"""What is wrong with a request that such a one got."""

LONG_MONTH = datetime(2027, 10, 31, 23, 30, tzinfo=UTC)
"""What a time becomes that is past, by a second later for each row: the last day of a month that is longer than the next, and in the east the
first of that."""
MOST_ROWS = 500
"""Rows of a table that are varied: the first, which were there before any other."""


BESIDE = "distinct"
"""The world in which a setting is tried that shows nothing in the given one, where what it chooses between may be equal."""


def twin_of(name: str) -> str:
    """What the twin of a scenario's row is called."""
    return f"{TWIN}-{name}"


NONE, QUICK, ALL = LEVELS = ("none", "quick", "all")


OWNER, STRANGER, INTRUDER, NOBODY = "owner", "stranger", "intruder", "nobody"
"""Who may ask. An intruder is whoever asks, belonging to the twin: what holds other rows of a request is the twin's own, the rest another's."""
NULL, EMPTY, ZERO, ONE, TRUE, FALSE, PAST = "null", "empty", "0", "1", "true", "false", "past"
"""What a column may be set to, beside a word of its own."""
WORD = re.compile(r"[A-Za-z0-9_.+-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One column of the rows of a kind (of [tables]), set to the same in all of them."""

    kind: str
    column: str
    to: str

    @property
    def name(self) -> str:
        return f"{self.kind}.{self.column}={self.to}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """`rows` and `answers` as above; `edit` is a setting that is another. `balance`: each account that pays begins with what the scenario costs it, and this many
    credits more or less; None: with what the scenario gives it. `quick`: it is part of a quick run."""

    name: str
    says: str
    rows: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    edit: Edit | None = None
    balance: int | None = None
    reads: bool = False
    """Afterwards everything that may be read is read, as its owner, a stranger and nobody."""
    caller: str = ""
    """Whoever asks is this one instead: a stranger (another one's credential), an intruder, nobody."""
    at: str = ""
    """The clock of the target says this when the work begins (ISO 8601, in UTC)."""
    again: bool = False
    """Once it has come to rest, everything is asked for a second time."""
    quick: bool = False


EDITED_AT = "2028-03-15T12:00:00+00:00"
"""When it is where one setting is another, if the target's clock can be moved: what is due each week or month falls on another day in each run."""
VARIATIONS: Mapping[str, Variation] = {
    one.name: one
    for one in (
        Variation(
            name="distinct",
            says="no two prices, limits, counts or secrets are equal, and none is as in another cell; each tenant has an older twin; no optional count of a usage is zero",
            rows=(NUMBERS, SECRETS, TWIN),
            answers=(USAGE,),
            quick=True,
        ),
        Variation(
            name="read",
            says="as distinct; afterwards every safe request is made, as the owner, as a stranger, as an intruder and as nobody",
            rows=(NUMBERS, SECRETS, TWIN),
            answers=(USAGE,),
            reads=True,
            quick=True,
        ),
        Variation(name=STRANGER, says="another customer asks for what is not theirs", caller=STRANGER, quick=True),
        Variation(
            name=INTRUDER,
            says="whoever asks belongs to the twin, and asks within what is theirs for what is not",
            rows=(TWIN,),
            caller=INTRUDER,
            quick=True,
        ),
        Variation(name=NOBODY, says="somebody without a credential asks", caller=NOBODY, quick=True),
        Variation(name="again", says="once all is done, the same is asked for a second time", again=True),
        Variation(name="exact", says="the balance is just what it costs", balance=0),
        Variation(
            name="short",
            says="the balance is one credit less than what it costs, of less than a credit the least part of one",
            balance=-1,
        ),
        Variation(
            name="meanwhile",
            says="as distinct; while the provider is asked for the first time every price, limit, count, secret and text becomes another, and each account gets credits",
            rows=(NUMBERS, SECRETS, TWIN),
            answers=(USAGE, HELD),
        ),
        Variation(
            name="contended",
            says="somebody holds the rows of each table until the target waits for one: then every price, limit, count, secret and text in it becomes another, an account gets credits, and the rows are free",
            rows=(CONTENDED,),
        ),
        Variation(name="unusable", says="what the provider answers is not what was asked for", answers=(UNUSABLE,)),
        Variation(
            name="untrusted",
            says="whoever answers for a provider shows a certificate that nobody trusts",
            answers=(UNTRUSTED,),
            quick=True,
        ),
        Variation(
            name="words",
            says="texts that people write have signs of other scripts, quotes, markup and an emoji in them",
            rows=(WORDS,),
        ),
        Variation(
            name="crowd",
            says="of each kind of row of the account there are many more; afterwards everything that may be read is read, and second pages of it",
            rows=(CROWD,),
            reads=True,
        ),
        Variation(
            name="afterwards",
            says="once the work is done, an intruder asks the same again, with what the answers said",
            rows=(TWIN,),
            caller=INTRUDER,
            again=True,
        ),
        Variation(
            name="month_end",
            says="it is half an hour before the end of a January, months after anything that was due, and that was on the last day of a month, too",
            rows=(DATES,),
            at="2028-01-31T23:30:00+00:00",
        ),
    )
}
"""name -> variation, in the order in which they are driven; beside them each edit is one, by its own name."""

_EDIT = re.compile(rf"(?P<kind>[^.=~@]+)\.(?P<column>[^.=~@]+)=(?P<to>{WORD.pattern})")


def named(name: str) -> Variation:
    """The variation of a name ("distinct", "parcel.open=false", or both: "month_end+parcel.open=false"). Raises HarnessError variation-unknown."""
    if name in VARIATIONS:
        return VARIATIONS[name]
    first, _, rest = name.partition("+")
    if first in VARIATIONS and (setting := named(rest)).edit is not None:
        return replace(
            VARIATIONS[first],
            name=name,
            says=f"{VARIATIONS[first].says}; {setting.says}",
            edit=setting.edit,
            quick=False,
        )
    if found := _EDIT.fullmatch(name):
        edit = Edit(**found.groupdict())
        return Variation(name=name, says=f"{edit.kind}.{edit.column} is {edit.to} in every row", edit=edit)
    raise HarnessError(
        f"no variation is called '{name}'", hint=did_you_mean(name, VARIATIONS), code="variation-unknown"
    )
