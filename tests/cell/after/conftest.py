"""A migrated world of which a snapshot is taken, as the database's own tests have it."""

from tests.stack.conftest import connect, db, server

__all__ = ["connect", "db", "server"]
