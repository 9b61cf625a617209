"""A plan on workers of other machines: its cells as Celery tasks, their histories as answers.

run      verify's side: send, take, count each cell once, send again
desk     what verify and its workers share in one Redis: who has which cell, and what came back
watch    whether anything still moves, which cells lost their worker, and when waiting makes no sense
parts    the histories of parts
worker/  `harness worker`: Celery, and a lease on the cell at hand
merge/   `harness report`: the shards' histories as one run
"""
