"""One worker at a time in a run: an advisory lock that ends with its database session.

A worker that is killed frees its run; a run that is resumed while its worker is still busy is not entered twice.
"""

from __future__ import annotations

from django.db import connection

NAMESPACE = 7001


def acquire(run_pk: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [NAMESPACE, run_pk])
        return cursor.fetchone()[0]


def release(run_pk: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [NAMESPACE, run_pk])
