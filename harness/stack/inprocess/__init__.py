"""The inprocess tier: the target in this very interpreter, on a real PostgreSQL, with eager Celery. Bottom up:

voices       what the target prints, sent to the log of the role that speaks
interpreter  this process becomes the target's: environment, folder, Django, WSGI, Celery
line         what waits, what runs, what came of it
tasks        every task message, applied by Celery itself, one after the other, never inside its sender
worker       who applies them: a thread, or a fork of this process where a scenario kills it
wsgi         requests to the target without a server
beat         the schedule, under a frozen clock
shell        direct service calls
running      the booted stack, with the abilities of the processes tier's
stack        `boot(config, island, fake=...)`

PostgreSQL, Valkey and the provider fake are the processes tier's own. What this tier leaves out is gunicorn, the worker's
prefork pool and the broker between sender and worker. Whatever becomes the target's interpreter stays it: a process boots
at most one target.
"""

from __future__ import annotations

from harness.stack.inprocess.stack import boot

__all__ = ["boot"]
