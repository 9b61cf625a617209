"""`harness doctor`: everything that is missing or wrong, all at once, each with its mend.

machine  what a run needs of the machine
target   the target as looking shows it: what would not be the stack's, or would not run
law      scenarios, goldens, cassettes, rates: every file, whatever the others are
"""
