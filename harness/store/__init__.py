"""What is kept in files.

goldens    <scenario>.golden.toml, read strictly and written in one layout
surfaces   <scenario>.surface, and what a phase changes of them
learnt     scenarios/varied.toml: which setting shows in which cells
floor      scenarios/reach.toml: what of the code a whole run reaches
coverages  scenarios/coverage.toml: what is driven and asked
arcs       arcs.coverage: which code ran in which cell
seen       .harness/seen: the same of a whole run, with the sources of then
findings   scenarios/findings.toml
rates      contracts/rates.toml, the independent rate card
history    history.ndjson: writing and reading
runs       runs/<time>/, runs/latest, verdict.json
parts      the history of a part of a run: where each cell stands, and whether it is all there
durations  scenarios/durations.toml
cache      where prepared things stay between runs
files      nothing half-written
tomlread, tomlwrite   our TOML, strictly in and stably out

What only one job keeps stands in that job's room.
"""
