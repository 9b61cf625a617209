"""Values only, no I/O: what every other layer speaks in.

errors     HarnessError(message, hint, code) and the exit codes
config     harness.toml as one frozen value
scenario   given / when / then, paths, faults
cassette   recorded interactions and their provenance
history    everything observed in a run: NDJSON events, and one cell of them as a value
golden     the locked outcome of a scenario, with its deviations
finding    a defect of the target that a run proved, and what it breaks
verdict    pass, fail, unknown, with evidence
standing   a stack for hand work: where everything is
"""
