"""What shopscribe is asked for, as its shop would: one folder for the studio, one for the till.

world.py    the given rows: three products, a key that spends, one that only reads, and a deposit
asks.py     each operation on each path that it has
failing.py  what providers do wrong
"""
