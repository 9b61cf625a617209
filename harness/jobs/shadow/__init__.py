"""`harness shadow OLD NEW`: two states of the target on the same tape, joined into one verdict.

run        OLD, OLD again, NEW; then compared
judge      the comparison;  facts: what of a cell is compared;  declared: what a phase says may differ
logs       the comparison logs of both sides against what was seen
"""
