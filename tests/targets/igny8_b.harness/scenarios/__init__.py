"""What igny8-b is asked for, as a customer of it would: one folder a room of its API, each scenario beside its golden.

world.py  the given rows: a chandlery that writes about boats, and a bakery that stands by
asks.py   each operation on each path that it has
"""
