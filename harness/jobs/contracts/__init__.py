"""`harness contracts`: provider, API, request bodies, Celery, schema and legacy at every phase, with drift.

run      phases, a stored run or one schema, with what each is held to
observe  what a phase's backend says and does;  bodies: broken requests sent to it
judge/   pure: each kind of contract, a phase, a stored run
files    contracts/ as values, and back
beside   programs beside the target, in its environment
inside/  what runs in the target's own process
fuzz/    `harness fuzz`: an endpoint on thousands of database states

One room, though a large one: six kinds of contract are one file of judge/ each and nothing else, since all are read
from the same stack and told in the same table. Fuzzing is held to the same OpenAPI file, through the same process of the
target; what only it needs is below fuzz/, and taking that room out takes nothing from the rest.
"""
