"""Extensions that migrations create are known before they run."""

from __future__ import annotations

import pytest

from harness.core.errors import StackError
from harness.stack.database import extensions

MIGRATION = '''
"""CREATE EXTENSION in_a_docstring"""
from django.contrib.postgres.operations import CreateExtension, TrigramExtension
from pgvector.django import VectorExtension
# CREATE EXTENSION in_a_comment
operations = [
    TrigramExtension(), VectorExtension(), CreateExtension("btree_gist"), CreateExtension(name="ltree"),
    migrations.RunSQL("create extension if not exists \\"uuid-ossp\\"; -- CREATE EXTENSION in_sql_comment"),
]
'''


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "billing" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001.py").write_text(MIGRATION)
    (folder / "0002.sql").write_text("CREATE EXTENSION hstore; /* CREATE EXTENSION no */")
    (folder / "0003.py").write_text("CREATE EXTENSION (")
    (tmp_path / "billing" / "models.py").write_text("TrigramExtension()\nCreateExtension('cube')\n")
    return [path for path in sorted(tmp_path.rglob("*")) if path.is_file()]


def test_every_way_of_creating_one_is_read(files):
    """Claim: operations by name and statements in Python and SQL count; comments, docstrings and other files do not."""
    assert set(extensions.created(files)) == {"pg_trgm", "vector", "btree_gist", "ltree", "uuid-ossp", "hstore"}


@pytest.mark.stack
def test_what_is_missing_is_named_with_its_migration(db, files):
    """Claim: an extension that this PostgreSQL lacks is refused by name before anything is migrated."""
    with pytest.raises(StackError) as caught:
        extensions.provide(db, extensions.created(files))
    assert caught.value.code == "extension-missing"
    assert caught.value.message.endswith("does not have: uuid-ossp (billing/0001.py)")
    assert "pg_trgm" in caught.value.hint


@pytest.mark.stack
def test_what_an_ordinary_role_may_not_create_is_there_first(db, files):
    """Claim: untrusted extensions are created by the superuser; trusted ones are left to the migrations."""
    wanted = {name: file for name, file in extensions.created(files).items() if name != "uuid-ossp"}
    extensions.provide(db, wanted)
    there = {name for (name,) in db.execute("SELECT extname FROM pg_extension")}
    db.execute("DROP EXTENSION vector")
    assert there == {"plpgsql", "vector"}
