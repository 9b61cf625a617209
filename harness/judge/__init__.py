"""From history to verdict. Pure, so a stored history can be judged again at any time.

checks      judge(cells, ...) -> verdicts; CELL_CHECKERS and RUN_CHECKERS, all the checks there are
laws/       the ledger's laws of one cell
golden/     what a cell came to, and how that differs from what is locked
surface/    everything else that was observed, as lines, against what is locked
context     what a check may know beside the history;  facts: the few of harness.toml;  result: what it returns
summary     what a run came to: everything that reports say of it, computed once from verdicts, cells and scenarios
reach       what of the target no cell visited;  code: what of its code, and whether that is less than it was
actors      which accounts may change, by what the scenario refers to
known       findings: what is known to be wrong passes only while it is wrong in just that way
asked       which laws a target has something for; the others are not asked, and say why
fewer       whether less is driven or asked than was accepted
declared    no cell, golden, deviation or finding left over
traffic     provider calls, HTTP statuses, coming to rest
overlap     deductions that several workers can have lost: counted, and the rest judged as if they had come in turn
takers      which tasks can have taken a deduction: a stale balance inside one of them is not an overlap
mismatch    the target's own comparison log against what was seen
legacy      what must be gone from the target's sources and schema, and when

What only one job judges stands in that job's room: jobs/*/judge.py.
"""

from harness.core.rates import RateCard
from harness.judge.checks import CELL_CHECKERS, RUN_CHECKERS, check_cell, check_run, judge
from harness.judge.golden.outcome import outcome_of

__all__ = ["CELL_CHECKERS", "RUN_CHECKERS", "RateCard", "check_cell", "check_run", "judge", "outcome_of"]
