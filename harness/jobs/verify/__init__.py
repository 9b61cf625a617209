"""`harness verify`: every scenario on every path, in one tier, in every tier, or on other machines.

run      the plan driven and judged, as it was asked for
pick     the cells that can see what changed, and what is kept for the next time
tiers    which tiers this machine can run, and what their stored runs came to
judge    whether the tiers agree
watch/   `harness watch`: the affected cells, each time a file is saved
check/   `harness check`: a stored run again, with today's goldens; and beside an older run
"""
