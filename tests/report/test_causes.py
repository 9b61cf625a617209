"""One cause in many cells is told once, and what hides beside it is not lost."""

from __future__ import annotations

from harness.core.verdict import Status, Verdict
from harness.report.causes import GONE, UNMATCHED, blocks, in_order

PRICE = "writing: {} credits charged, the rate card says {} (-9): {} tokens at 100 a credit"


def fails(cell: str, checker: str, *lines: str, **changes) -> Verdict:
    return Verdict(checker=checker, status=Status.FAIL, cell=cell, claim="c", evidence=lines, **changes)


def dear(n: int) -> list[Verdict]:
    """What a price that is another looks like in a cell: the law says why, golden and surface say that."""
    cell = f"writer/{n}@manual"
    return [
        fails(cell, "law-6", PRICE.format(9 + n, 18 + n, 1700 + n)),
        fails(cell, "golden", f"{9 + n} credits charged where the golden has {18 + n} (-9)", credits_delta=-9),
        fails(
            cell,
            "surface",
            *(f"~ + logs <logs+{m}>: credits={18 + n} is now credits={9 + n}" for m in range(1 + n % 5)),
        ),
    ]


def gone(cell: str, law: str, name: str = "free-work") -> Verdict:
    line = f"finding no longer shows: {name} is declared to break {law}, and it holds"
    return fails(cell, law, line, "as it should", code=GONE, hint=f"take {law} out")


def test_one_price_in_forty_cells_is_one_block_with_the_credits_of_all():
    """Claim: whatever the numbers are; the cell of which least is told stands for all."""
    (one,) = blocks([verdict for n in range(40) for verdict in dear(n)])
    assert (one.cells[0], len(one.cells), one.credits_delta, one.beside) == ("writer/0@manual", 40, -360, {})


def test_two_causes_are_two_blocks():
    """Claim: a second mistake does not hide behind the first, not in cells that have both either."""
    first = [verdict for n in range(5) for verdict in dear(n)]
    other = [fails(f"writer/{n}@manual", "http", f"POST /x/{n}/ answered 500, expected 202") for n in range(5, 10)]
    both = [*dear(10), fails("writer/10@manual", "http", "POST /x/10/ answered 500, expected 202")]
    assert [len(block.cells) for block in blocks([*first, *other, *both])] == [5, 5, 1]
    models = [
        fails(f"writer/{n}@manual", "law-6", f"drawing by dall-e-{2 + n % 2}: 4 credits charged") for n in range(8)
    ]
    assert [len(block.cells) for block in blocks(models)] == [4, 4], "a number that is part of a name is a name"


def test_what_is_only_in_others_is_told_beside():
    more = [fails("writer/3@manual", "surface", "- message 2 app.tasks.notify [7]")]
    cells = [verdict for n in range(5) for verdict in dear(n) if (n, verdict.checker) != (3, "surface")]
    (one,) = blocks([*cells, *more])
    assert one.beside == {"- message # app.tasks.notify [#]": ("writer/3@manual",)}


def test_three_cells_are_read_one_by_one():
    assert [block.cells for block in blocks([verdict for n in range(3) for verdict in dear(n)])] == [
        (f"writer/{n}@manual",) for n in range(3)
    ]


def test_a_changed_request_is_one_cause_whichever_recording_it_missed():
    def missed(n: int, near: str) -> Verdict:
        lines = ("openai POST /v1/x call 2: no recording matches this request", f"  nearest recording: openai/w/{n} #1", f"recorded but never asked for: openai/w/{n} #2")  # fmt: skip
        hint = f"prompt text changed at messages[1].content near '{near}'; if that is meant, re-record with: harness record w/{n}"
        return fails(f"w/{n}@manual", "provider", *lines, code=UNMATCHED, hint=hint)

    found = blocks([*(missed(n, "Propose 4 ideas") for n in range(4)), *(missed(n, "Write more") for n in range(4, 8))])
    assert [block.cells for block in found] == [
        tuple(f"w/{n}@manual" for n in part) for part in (range(4), range(4, 8))
    ]


def test_a_finding_that_no_longer_shows_is_said_once_and_behind_its_cause():
    """Claim: where nothing came of the work, nobody is told to take a law out of the finding."""
    cell = "writer/low@manual"
    failed = fails(cell, "provider", "openai POST /v1/x call 1: no recording matches this request")
    told = in_order([gone(cell, "law-4"), failed, gone(cell, "law-6"), gone(cell, "law-5", "other")])
    assert [one.checker for one in told] == ["provider", "finding", "finding"]
    assert told[1].evidence == ("finding no longer shows: free-work is declared to break law-4, law-6, and they hold",)
    assert (
        told[1].hint == "mend first what is wrong above: while that is so, nobody can say whether the finding is gone"
    )
    (alone,) = in_order([gone(cell, "law-4"), gone(cell, "law-6")])
    assert alone.hint == "take law-4, law-6 out of the finding in scenarios/findings.toml, or set its ends_at_phase"
    assert (alone.status, alone.cell) == (Status.FAIL, cell)


def test_a_finding_that_is_gone_in_many_cells_is_one_block_and_beside_a_cause_it_is_none():
    cells = [f"writer/{n}@manual" for n in range(6)]
    (one,) = blocks([gone(cell, law) for cell in cells for law in ("law-4", "law-6")])
    assert one.cells == tuple(cells)
    caused = [
        verdict for n in range(6) for verdict in [*dear(n), *([gone(f"writer/{n}@manual", "law-4")] if n else [])]
    ]
    assert [len(block.cells) for block in blocks(caused)] == [6]


def test_what_is_said_of_scenarios_and_of_the_run_is_never_put_together():
    about = [fails(name, "law-12", "1 credit here, 2 there") for name in ("a/b", "a/c", "a/d", "a/e", "")]
    assert [block.cells for block in blocks(about)] == [("a/b",), ("a/c",), ("a/d",), ("a/e",), ("",)]
