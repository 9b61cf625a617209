"""`harness phase N`: one phase of the migration on a database that was lived in.

run         there: lived in, migrated, every scenario
back        and back: rows and a queued task left, the rollback, what the older code makes of them
judge       what changed against what was declared;  rollback: what must survive it, and be served after it
accounted   what became of every row of the lived-in database, as lines that are locked
values      what it has shown so far
migration/  `harness migration`: every phase, in processes of their own
"""
