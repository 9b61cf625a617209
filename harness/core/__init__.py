"""The words that every other room speaks in: values, and pure functions that make them.

errors     HarnessError(message, hint, code) and the exit codes
config     harness.toml as one frozen value
action     how one thing is asked of a target
scenario   given / when / then, paths, faults;  week: customers and schedules. These two are what scenarios are written in
variation  how the world of a scenario is changed before it is driven, and why
cassette   recorded interactions and their provenance
history    everything observed in a run: NDJSON events, and one cell of them as a value;  fold: the events of a cell -> that value
golden/    what is locked of a scenario: its outcome, with deviations, and its surface
finding    a defect of the target that a run proved, and what it breaks
ledger     the ledger as harness.toml maps it: parts, columns, units, words
rates/     the independent rate card, and what is due by it
code/      what of the target's code ran, and what need not
look/      what is found by looking at a target: models, routes, tasks, the catalogue
verdict    pass, fail, unknown, with evidence
stages     what the seconds of a run are told by
counts     a number with its noun: "2 cells";  repeat: the command that shows the same again
shape/     what a file of ours may hold, as a value: its reader, its JSON schema and its page are made of it
phase, schema, tier   a phase of the migration; a database's schema and rows; where the stack runs
"""
