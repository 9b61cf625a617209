"""Drives one cell: realizes a scenario's steps on a path, by HTTP, Celery or the target's own shell.

template   `$name` placeholders of harness.toml, filled with arguments and seeded keys
drive      the steps of a scenario against a running stack
"""
