"""[free]: what is not looked at, read; and what it may not free, which is the money: a column that [ledger] reads.

read          the entries, each with why
refuse_money  once tables are known
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from harness.core.config import Config
from harness.core.errors import HarnessError
from harness.core.golden import free, why_lacks
from harness.core.ledger import PARTS, Part

MONEY = ("column", "amount", "balance_after", "credits", "cost")
"""Our words for the columns that hold credits or a cost."""


def read(entries: Mapping[str, str], fail: Callable[[str, str], HarnessError]) -> dict[str, str]:
    """The entries, each in the form of harness.core.golden.free, with a why. Raises what `fail(what, hint)` makes."""
    for name, why in entries.items():
        try:
            free.read(name)
        except ValueError as error:
            hint = 'write "table.column", "*.column", or a place as docs/formats.md has them'
            raise fail(f'free."{name}": {error}', hint) from None
        if lacks := why_lacks(why):
            raise fail(f'free."{name}" says not why: {lacks}', "say in words why nobody need look at it")
    return dict(entries)


def refuse_money(config: Config) -> None:
    """Raises HarnessError free-money for an entry of [free] that names a column of the ledger."""
    for one in map(free.read, config.free):
        if one.scope == free.COLUMN and (said := next(_of_the_ledger(config, one), "")):
            raise HarnessError(
                f'free."{one.name}" would free {said}',
                hint="what the ledger is read from is never free: take the entry out, or name another column",
                code="free-money",
            )


def _of_the_ledger(config: Config, one: free.Free) -> Iterator[str]:
    for name in PARTS:
        part: Part | None = getattr(config.ledger, name)
        if part is None:
            continue
        words = frozenset(re.findall(r"\w+", part.sql))
        table = config.tables[part.kind].table.removeprefix("public.") if part.kind in config.tables else ""
        for word, column in part.columns.items():
            path = column.split(".")
            if part.apart and word in MONEY and one.path[0] in ("*", path[0]):
                yield f"the {name}' {column}"
            if table and any(one.fits(free.COLUMN, table, path[:n]) for n in range(1, len(path) + 1)):
                yield f"{table}.{column}, which is the ledger's {name}"
        if words & {one.of.rpartition(".")[2]} and one.path[0] in words:
            yield f"{one.of}.{one.path[0]}, which the query of the ledger's {name} reads"
