"""Charges that can be held against each other, over all cells of a run: of one operation, one model and one configuration.

Which configuration a charge was made under is read from what the scenario gives and what a world lays over it: of an operation that
the rate card has a rule for, the rows that it says hold prices; of any other, all that can be a price. Where that cannot be
told, the charge is held against none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.core.finding import is_line
from harness.core.fold.postings import TOKENS
from harness.core.history import CellHistory, RowChange, UsageRow
from harness.core.ledger import Amount
from harness.core.rates import Rule, account_in, as_given
from harness.core.rates.due import use_of
from harness.core.scenario import Ref, Scenario
from harness.core.variation import CONTENDED, HELD, NUMBERS, named
from harness.judge.context import RunContext
from harness.judge.laws.prices import charged
from harness.judge.laws.provider import SNAPSHOT, model_of

PRICED = "law-6"
Group = tuple[Any, ...]
"""(operation, model, account's own values, configuration): what charges share that can be compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One charge. `use` maps each kind of token, none counted twice, and "units" to how many; `rule` is the rate card's, where it has one.
    `place` is which charge of its cell it is, from 1 on."""

    cell: str
    place: int
    operation: str
    model: str
    account: str
    use: Mapping[str, int]
    credits: Amount
    rule: Rule | None
    own_numbers: bool
    """Whether its world has other prices than the scenario gives: then a rule's numbers are not those that it was priced by."""

    @property
    def where(self) -> str:
        return f"{self.cell}, charge {self.place}"

    def within(self, other: Charge) -> bool:
        """Whether nothing of it is more than in the other."""
        return all(n <= other.use.get(kind, 0) for kind, n in self.use.items())


def groups(cells: Sequence[CellHistory], context: RunContext) -> dict[Group, list[Charge]]:
    """Charges by what they share, in the order of the cells; those of which the configuration or the use cannot be told are in none."""
    declared, looked = _Declared(context), _Looked(cells, context)
    found: dict[Group, list[Charge]] = {}
    for cell in cells:
        scenario = context.scenarios.get(cell.scenario)
        if scenario is None or cell.broken or not cell.settled:
            continue
        for one in _charges(cell, scenario, context):
            if known_wrong(cell, one.operation, context):
                continue
            rows = looked if one.rule is None else declared
            world = _world(cell, rows.given(scenario))
            if world is None or rows.moved(cell) or (one.rule is None and not (_metered(one) and world[0] == "")):
                continue  # where nobody declares its price, what else than tokens it may hang on is not known
            found.setdefault((one.operation, one.model, rows.account(scenario, one.account), world), []).append(one)
    return found


def known_wrong(cell: CellHistory, operation: str, context: RunContext) -> bool:
    """Whether a declared finding says that the cell's charges of an operation are wrong: law 6 is asked whether they are so as it says."""
    return any(
        one.shows_at(cell.cell, context.phase) and is_line(line.partition(":")[0], operation)
        for one in context.findings.values()
        for line in one.laws.get(PRICED, ())
    )


def _world(cell: CellHistory, given: Group) -> Group | None:
    """Under which prices a cell is driven; None where they change in it. Where every number is another one, they are the cell's own."""
    if not cell.variation:
        return ("", "", "", given)
    laid = named(cell.variation)
    if HELD in laid.answers or CONTENDED in laid.rows:
        return None
    return (cell.cell if NUMBERS in laid.rows else "", laid.edit.name if laid.edit else "", laid.at, given)


def distinct(charges: Iterable[Charge]) -> list[Charge]:
    """The first charge of each use and price."""
    first: dict[Group, Charge] = {}
    for one in charges:
        first.setdefault((tuple(sorted(one.use.items())), one.credits), one)
    return list(first.values())


def _charges(cell: CellHistory, scenario: Scenario, context: RunContext) -> Iterator[Charge]:
    ledger = context.target.ledger
    rows, card = charged(cell, ledger), as_given(context.rates, scenario)
    laid = named(cell.variation) if cell.variation else None
    for place, row in enumerate(rows, 1):
        if not ledger.has("usage", "tokens_in", "tokens_out"):
            counted = _by_the_provider(cell, row) if len(rows) == 1 else None
            if counted is None:
                continue
            row = counted
        model = SNAPSHOT.sub("", row.model)
        use = use_of(row, model)
        kinds = {kind: n for kind, n in use.kinds.items() if n}
        yield Charge(
            cell=cell.cell,
            place=place,
            operation=row.operation,
            model=model,
            account=row.account,
            use={**kinds, "units": use.units},
            credits=row.credits,
            rule=card.rule(row.operation, context.phase, account_in(scenario, row.account)),
            own_numbers=bool(laid and (laid.edit or NUMBERS in laid.rows)),
        )


def _by_the_provider(cell: CellHistory, row: UsageRow) -> UsageRow | None:
    """The only charge of a cell with all that providers counted in it: a ledger that counts no tokens says itself how much was used.
    None where they counted nothing, or by more than one model."""
    metered = [call for call in cell.calls if call.success and call.usage is not None and not call.images]
    models = {model_of(call) for call in metered}
    if len(models) != 1:
        return None
    total = {
        kind: sum((call.usage or {}).get(f"tokens_{kind}", 0) for call in metered) for kind in ("in", "out", *TOKENS)
    }
    return UsageRow(
        id=row.id,
        account=row.account,
        operation=row.operation,
        credits=row.credits,
        model=models.pop(),
        tokens_in=total["in"],
        tokens_out=total["out"],
        cost_usd=None,
        units=row.units,
        tokens={kind: total[kind] for kind in TOKENS if total[kind]},
    )


def _metered(one: Charge) -> bool:
    return any(kind != "units" and n for kind, n in one.use.items())


class _Declared:
    """Configuration as the rate card declares it: the rows that hold prices, and what of an account its rules name."""

    def __init__(self, context: RunContext) -> None:
        self._kinds = {one.kind for one in context.rates.configured}
        self._named = {name for rule in context.rates.rules for name in rule.account}

    def given(self, scenario: Scenario) -> Group:
        given = scenario.given
        return _sorted((one.kind, one.values) for one in (*given.rows, *given.changes) if one.kind in self._kinds)

    def account(self, scenario: Scenario, name: str) -> Group:
        return _told({key: value for key, value in account_in(scenario, name).items() if key in self._named})

    def moved(self, cell: CellHistory) -> bool:
        """Whether a price changed in the cell."""
        return any(change.kind in self._kinds for change in cell.rows)


class _Looked:
    """Configuration where nobody declares it: all that is given of kinds into which no cell of the run inserts (that would be work), by the
    columns that no cell changes."""

    def __init__(self, cells: Iterable[CellHistory], context: RunContext) -> None:
        ledger = context.target.ledger
        self._accounts = {ledger.accounts, ledger.balance.kind if ledger.balance else ""}
        self._work = {change.kind for cell in cells for change in cell.rows if change.op == "insert"}
        self._changed: dict[str, set[str]] = {}
        if ledger.balance is not None:
            self._changed[ledger.balance.kind] = {ledger.column("balance", "column")}
        for cell in cells:
            for change in cell.rows:
                if change.op == "update":
                    self._changed.setdefault(change.kind, set()).update(_differ(change))
        self._given: dict[str, Group] = {}

    def given(self, scenario: Scenario) -> Group:
        if scenario.id not in self._given:
            rows = [(row.kind or row.model or row.factory, row.values) for row in scenario.given.rows]
            changes = _sorted((one.kind, {**one.where, **one.values}) for one in scenario.given.changes)
            mine = (
                (kind, self._kept(kind, values)) for kind, values in rows if kind not in self._accounts | self._work
            )
            self._given[scenario.id] = (_sorted(mine), changes)
        return self._given[scenario.id]

    def account(self, scenario: Scenario, name: str) -> Group:
        row = next((one for one in scenario.given.rows if one.name == name), None)
        return () if row is None else _told(self._kept(row.kind or row.model or row.factory, row.values))

    def moved(self, cell: CellHistory) -> bool:
        """Whether a number or a flag changed that is neither an account's, nor of work, nor a reference."""
        return any(
            change.op == "delete"
            or any(
                isinstance((change.after or {}).get(name), bool | int | float)
                for name in _differ(change)
                if name not in change.links and not name.endswith("_id")
            )
            for change in cell.rows
            if change.kind not in self._accounts | self._work
        )

    def _kept(self, kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
        changed = self._changed.get(kind, set())
        return {name: value for name, value in values.items() if name not in changed}


def _sorted(rows: Iterable[tuple[str, Mapping[str, Any]]]) -> Group:
    return tuple(sorted((kind, _told(values)) for kind, values in rows))


def _differ(change: RowChange) -> set[str]:
    before, after = change.before or {}, change.after or {}
    return {name for name in after if before.get(name) != after[name]}


def _told(values: Mapping[str, Any]) -> Group:
    """Values as what can be compared; which row another one points at is nobody's price."""
    return tuple(sorted((name, repr(value)) for name, value in values.items() if not isinstance(value, Ref)))
