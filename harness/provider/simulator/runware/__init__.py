"""Runware, simulated.

tasks       tasks over HTTP: costs, errors beside data; `answer(asked, answers)` is all that others need
"""
