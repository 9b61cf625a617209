"""A run, from its plan to its history.

scenarios   find the scenario values of a target
plan        which cells are driven, in which order; printed before anything starts
shard       a plan in parts that every machine computes alike (fingerprint: the code that a part was driven with)
merge       the shards' histories as one
remote      a plan on workers of other machines: a package
preflight   what is wrong before anything starts
surface     a booted stack as the driver, the cells and the recorder see it
cell        one cell: reset, seed, load tape, drive, settle, observe
verify      the main job: every cell, judged and reported
record      the same scenarios against the simulator (or the real providers), through vcrpy
judged      judge a stored history with today's goldens, rate card and findings
at_phase    the target's tree at a phase
beside      programs beside the target, in its environment (contracts, bodies, fuzz, schemathesis)
phase       one phase there (phase_back: and back; phase_run: what it has shown so far)
migration   every phase, in processes of their own
shadow      two states of the target on the same tape
week        168 hourly ticks (week_beat, week_clock)
snapshot    the plan's baseline capture
standing    a stack for hand work: a package
"""
