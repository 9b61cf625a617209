"""What people and machines are told. Reports consume values; they judge nothing: what a run came to is judge/summary.py.

say        what all of them print through;  verdicts: how one verdict is said
printable  what a backend said, as text that nothing obeys
plan       the plan, printed before anything starts
progress   cells as they finish, with and without a terminal
terminal   the table by path, the closing summary;  failures: what is not right, above them;  causes: which cells fail for one
machine    the `--json` document
undeclared hosts that no provider speaks at, and the line that declares each
html       report.html: one file, nothing fetched (template)

What only one job tells stands in that job's room: jobs/*/report.py.
"""
