"""Many cells: from a plan to verdicts.

plan         which cells are driven, in which order; printed before anything starts
varied       which of them are driven in varied worlds, too
shard        a plan in parts that every machine computes alike
preflight    what is wrong before anything starts
drive        drive_plan: boot, every cell, the history
reached      what of the target's code a run reached
affected     which cells can see what changed since a run that noted what each ran
own          the target's own tests, run in a stack of their own
fingerprint  the code that a run was driven with
kept         which stored runs stay, and why
taken        taking away those that need not
held_to      what a verdict is made by beside its history
judged       a stored history, judged with today's goldens, rate card and findings
"""
