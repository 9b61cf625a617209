"""Checkers: pure functions from history to verdict. No I/O, so a stored history can be judged again at any time.

judge       judge(cells, ...) -> verdicts; CELL_CHECKERS and RUN_CHECKERS, all the checks there are
outcome     outcome_of(cell, ...): what a cell came to, as a golden locks it (ordering, rowlines: its normalisers)
difference  how two outcomes differ, credits first
locked      the golden check
known       findings: what is known to be wrong passes only while it is wrong in just that way
overlap     deductions that several workers can have lost: counted, and the rest judged as if they had come in turn
takers      which tasks can have taken a deduction: a stale balance inside one of them is not an overlap
traffic     provider calls, HTTP statuses, coming to rest
laws/       the ledger's laws of one cell
agreement   laws 12 and 13, which compare cells
declared    no cell, golden, deviation or finding left over
rates       the independent rate card (law 6)
actors      whom a scenario works for (law 9)
phase_change, legacy             what a phase changed against what it declared
shadow*, mismatch                two states of the target compared
week*                            the simulated week
schema_drift, celery_contract, api_drift, openapi, shapes    contracts and their drift
criteria    the plan's success criteria
"""

from harness.checker.judge import CELL_CHECKERS, RUN_CHECKERS, check_cell, check_run, judge
from harness.checker.outcome import outcome_of
from harness.checker.rates import RateCard

__all__ = ["CELL_CHECKERS", "RUN_CHECKERS", "RateCard", "check_cell", "check_run", "judge", "outcome_of"]
