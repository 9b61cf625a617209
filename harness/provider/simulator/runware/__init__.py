"""Runware, simulated.

tasks       tasks over HTTP: costs, errors beside data; `answer(asked)` is all that others need
models      what each takes and costs
"""
