"""What lingopost is asked for, as a customer of it would: one folder for the desk, one for the purse.

world.py  the given rows: a rowing club that spends, and a choir that stands by
asks.py   each operation on each path that it has
"""
