"""`harness week`: 168 hourly ticks and many schedules, in seconds.

run     boots, lets beat say what it sends, drives the ticks, judges
beat    what the target's beat sends;  ticks: one cell each
judge   every schedule ran when due and was charged once;  due: when that is;  laws: the ledger's, on ticks;  told: verdicts
"""
