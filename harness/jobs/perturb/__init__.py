"""`harness perturb`: every observed value of a stored run is changed, and the judge is asked again. Nothing is driven.

values     a change, and what came of all
told       an event and a value in it, changed without touching the original
operators  how one value is made another
world      what a cell's events are read with: whose an id is, what a column carries
written    a row written otherwise, everywhere where it is told
rows       what rows and balances can be otherwise
grouping   what transactions can be otherwise
wire       what requests, provider calls, messages, reads, logs and stores can be otherwise
judge      whether a changed cell is refused, and what all of them come to
run        a stored run, read, sampled and asked
"""
