"""`harness worker`: a plan on other machines, its cells as Celery tasks, their histories as answers. Both ends stand here,
because what goes between them changes at both: `verify --on` begins with send, `harness worker` with verb.

run    the worker: Celery, and a lease on the cell at hand
stack  the worker's stack, kept from cell to cell
send   verify's end: send, take, count each cell once, send again
watch  whether anything still moves, which cells lost their worker, and when waiting makes no sense
desk   what both share in one Redis: who has which cell, and what came back
"""
