"""`harness week`: 168 hourly ticks and many schedules, in seconds.

run     the ticks
beat    what the target's beat sends;  clock: the start-up hook that moves the worker's clock
judge   every schedule ran when due and was charged once;  due: when that is;  laws: the ledger's, on ticks;  told: verdicts
"""
