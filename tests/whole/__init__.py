"""Tests of the whole: the `harness` command as a user runs it, on a copy of the reference backend.

workshop    the copy, the command, and what it said
seeded      the faults that test_seeded_faults.py plants, as data
traces      processes, sockets, folders and segments of a run, and watching them go
"""
