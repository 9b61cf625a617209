"""Laws 17, 18 and 19, over all charges of a run, varied worlds among them: what prices have to do with each other, whatever they are.

Nothing is driven for them. They know no price, so they hold where the rate card is not asked (in other worlds) or where there is none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations_with_replacement, permutations

from harness.core.counts import count, signed
from harness.core.history import CellHistory
from harness.core.ledger import Amount
from harness.judge.context import RunContext
from harness.judge.golden.agreement import Named
from harness.judge.laws.comparable import Charge, Group, distinct, groups, known_wrong
from harness.judge.result import Result, breaks, holds, nothing_to_compare

Lines = list[tuple[str, Amount]]
"""What is wrong, each with the credits by which it is."""

MOST_TOLD = 12
MOST_PAIRED = 24
"""Charges of which each two are held against each third."""
NONE = "no two charges that could be compared are of one operation, model and configuration"


def equal_use_costs_the_same(cells: Sequence[CellHistory], context: RunContext) -> Iterable[Named]:
    """Law 17. What was used says what is charged: not the path, not whether it came first or last, not what else was there."""
    yield "", _over(cells, context, _unequal, "charges of equal use")


def more_is_never_cheaper(cells: Sequence[CellHistory], context: RunContext) -> Iterable[Named]:
    """Law 18. Nothing less of any kind of token, nor of units: then no fewer credits."""
    yield "", _over(cells, context, _cheaper, "charges of more and of less use")


def parts_cost_the_whole(cells: Sequence[CellHistory], context: RunContext) -> Iterable[Named]:
    """Law 19. What a cell had done in several charges of an operation costs what it costs in one, but for the rounding and the least
    amount that the rate card declares: asked of operations with a rule by which a price grows with use."""
    yield "", _over(cells, context, _in_parts, "works in parts against one charge")


def _over(
    cells: Sequence[CellHistory],
    context: RunContext,
    wrong: Callable[[Sequence[Charge]], tuple[int, Lines]],
    what: str,
) -> Result:
    compared, lines = 0, Lines()
    for charges in groups(cells, context).values():
        n, own = wrong(charges)
        compared += n
        lines += own
    if lines:
        left = [f"and {count(len(lines) - MOST_TOLD, 'further pair')}"] if len(lines) > MOST_TOLD else []
        most = max((delta for _, delta in lines), key=abs)
        return breaks(
            [line for line, _ in lines[:MOST_TOLD]] + left,
            credits_delta=most or None,
            code="price-unequal" if wrong is _unequal else "price-falls" if wrong is _cheaper else "price-parts",
        )
    if not compared:
        return nothing_to_compare(NONE)
    left_out = sum(known_wrong(cell, log.operation, context) for cell in cells for log in cell.usage)
    return holds(
        f"{compared} {what}" + f"; {left_out} left out: a finding says that they are priced wrong" * bool(left_out)
    )


def _unequal(charges: Sequence[Charge]) -> tuple[int, Lines]:
    lines, first, compared = Lines(), dict[Group, Charge](), 0
    for one in charges:
        known = first.setdefault(_key(one), one)
        if known is one:
            continue
        compared += 1
        if known.credits != one.credits:
            delta = one.credits - known.credits
            lines.append(
                (
                    f"{one.operation}: {_said(one)}, {known.credits} for the same in {known.where} ({signed(delta)}): {_used(one)}",
                    delta,
                )
            )
    return compared, lines


def _cheaper(charges: Sequence[Charge]) -> tuple[int, Lines]:
    lines, compared = Lines(), 0
    for less, more in permutations(distinct(charges), 2):
        if less.use == more.use or not less.within(more):
            continue
        compared += 1
        if more.credits < less.credits:
            delta = more.credits - less.credits
            lines.append(
                (
                    f"{more.operation}: {_said(more)}, {less.credits} for less in {less.where} ({signed(delta)}): {_used(more)}, and {_used(less)}",
                    delta,
                )
            )
    return compared, lines


def _in_parts(charges: Sequence[Charge]) -> tuple[int, Lines]:
    lines, compared = Lines(), 0
    wholes = [(one, measure) for one in distinct(charges) if (measure := _measure(one)) is not None]
    for parts in _several(charges, [one for one, _ in wholes]):
        measures = [_measure(part) for part in parts]
        if None in measures:
            continue
        used = _sum(measure for measure in measures if measure is not None)
        split = sum((part.credits for part in parts), start=parts[0].credits * 0)
        for whole, measure in wholes:
            if measure in measures:
                continue  # it is one of them
            least, most = _bounds(parts, split, no_less=_fits(used, measure), no_more=_fits(measure, used))
            compared += least is not None or most is not None
            if (least is not None and whole.credits < least) or (most is not None and whole.credits > most):
                delta = whole.credits - split
                among = " + ".join(f"{part.credits} ({part.where})" for part in parts[:4])
                lines.append(
                    (
                        f"{whole.operation}: {_said(whole)}, in parts {split} ({signed(delta)}): {among}; {_used(whole)}",
                        delta,
                    )
                )
    return compared, lines


def _several(charges: Sequence[Charge], single: Sequence[Charge]) -> Iterator[tuple[Charge, ...]]:
    """What can be held to be a work in parts: each two charges, and all of a cell."""
    if len(single) <= MOST_PAIRED:
        yield from combinations_with_replacement(single, 2)
    by_cell: dict[str, list[Charge]] = {}
    for one in charges:
        by_cell.setdefault(one.cell, []).append(one)
    yield from (tuple(own) for own in by_cell.values() if len(own) > 2)


def _bounds(
    parts: Sequence[Charge], split: Amount, *, no_less: bool, no_more: bool
) -> tuple[Amount | None, Amount | None]:
    """The least that a whole may cost that uses no less than the parts, and the most of one that uses no more. Every part may be rounded by up to
    a step; one at the least amount may be worth nothing; what that is, a world with other numbers does not say."""
    rule = parts[0].rule
    if rule is None:
        return None, None
    step = 0 if rule.kind in ("image", "flat") else Decimal(1).scaleb(-rule.decimals) if rule.decimals else 1
    slack = step * (len(parts) - 1)
    at_least = sum(part.credits for part in parts if part.credits <= rule.min_credits)
    rounds_up = rule.kind != "rates" or rule.rounding == "up"
    return (
        split - at_least - slack if no_less and not parts[0].own_numbers else None,
        split + (0 if rounds_up else slack) if no_more else None,
    )


def _measure(one: Charge) -> dict[str, int] | None:
    """By what its rule prices a charge; None where parts say nothing of a whole: a call, tiers, so many for one price."""
    tokens = {kind: n for kind, n in one.use.items() if kind != "units"}
    match one.rule and one.rule.kind:
        case "tokens" if one.use["units"] == 1:
            return {"tokens": sum(tokens.values())}
        case "rates" if one.use["units"] == 1:
            return tokens
        case "image":
            return {"units": one.use["units"]}
        case "flat" if one.rule and one.rule.of_n == 1:
            return {"units": one.use["units"]}
    return None


def _fits(one: Mapping[str, int], other: Mapping[str, int]) -> bool:
    return all(n <= other.get(kind, 0) for kind, n in one.items())


def _sum(measures: Iterable[Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for measure in measures:
        total.update(measure)
    return total


def _key(one: Charge) -> Group:
    return tuple(sorted(one.use.items()))


def _said(one: Charge) -> str:
    return f"{count(one.credits, 'credit')} in {one.where}"


def _used(one: Charge) -> str:
    tokens = ", ".join(f"{n} {kind}" for kind, n in one.use.items() if kind != "units")
    units = f"{one.use['units']} unit(s)"
    return (
        f"{units}, tokens {tokens}, of {one.model or 'no model'}" if tokens else f"{units} of {one.model or 'no model'}"
    )
