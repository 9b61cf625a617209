"""The target's PostgreSQL.

postgres   the wheel's server, and the two roles: the target's and the harness's
observer   the harness's own connection
snapshot   shadows and marks inside the database
shadows    the SQL of them
extensions what migrations create, provided or refused
keys       what tells rows of a table apart
pack       a folder as one file
cluster    the prepared database, cached
reset      back to the snapshot, between scenarios
shapes     columns, key and sequence of the tables that scenarios write to
seed       a scenario's given world
rows       one batch of it, by SQL
known      rows that are written already, and references to them
capture    which rows changed
leftover   transactions and locks that work left open
journal    what each transaction changed
ledger     balances, and the parts of the ledger that are views or queries
"""
