"""The target's PostgreSQL.

postgres   the wheel's server
snapshot   shadows and marks inside the database
pack       a folder as one file
cluster    the prepared database, cached
reset      back to the snapshot, between scenarios
shapes     columns, key and sequence of the tables that scenarios write to
seed       a scenario's given rows
capture    which rows changed
ledger     balances, and the parts of the ledger that are views or queries
"""
