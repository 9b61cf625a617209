"""`harness contracts`: provider, API, request bodies, Celery, schema and legacy at every phase, with drift.

run      what a phase's backend says and does, and what it is held to;  bodies: broken requests sent to it
judge/   pure: each kind of contract, a phase, a stored run
files    contracts/ as values, and back
beside   programs beside the target, in its environment
inside/  what runs in the target's own process
fuzz/    `harness fuzz`: the models endpoint on thousands of database states
"""
