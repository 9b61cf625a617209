"""The control socket of a fake: what the harness says to it beside the providers' traffic.

client      FakeControl, and the table of operations: it loads nothing of the fake
server      the unix socket of a running fake
"""
