"""What a run tells people and machines. Reports consume values; they judge nothing.

summary    Summary: everything that any report says, computed once from verdicts, cells and scenarios
plan       the plan, printed before anything starts
progress   cells as they finish, with and without a terminal
terminal   failures, the table by path, the closing summary
machine    the `--json` document
html       report.html: one file, nothing fetched
tiers      several tiers beside each other
phase      one phase, there and back
shadow     two states compared
week       the simulated week
checklist  the plan's tables, filled in
findings   what is proven wrong, with evidence
criteria   the plan's success criteria
standing   a stack for hand work: where it is, who may log in, what can be typed
"""
