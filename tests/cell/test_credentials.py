"""A credential is told by every place that holds it, by looking."""

from __future__ import annotations

from typing import Any

import pytest

from harness.cell import credentials
from harness.core.config import Table
from harness.core.history import RowChange
from harness.provider.marks import mark
from harness.stack.database import capture, reset

pytestmark = pytest.mark.stack

KEY = b"k" * 32
TABLES = {"entry": Table(kind="entry", table="entries"), "person": Table(kind="person", table="accounts")}


def world(**environments: dict[str, str]) -> credentials.Kept:
    return credentials.kept(environments or {"web": {"API_KEY": "sk-from-env"}}, KEY, TABLES)


def told(kept: credentials.Kept, db: Any, *secrets: str, refs: Any = (), changes: Any = (), **more: Any) -> Any:
    calls = [{"headers": {"authorization": f"Bearer {mark(KEY, secret)}"}, **more} for secret in secrets]
    return [
        call["headers"]["authorization"]
        for call in credentials.named(calls, credentials.held(kept, (db,), dict(refs), changes), KEY)
    ]


def test_all_places_are_named(db):
    """Claim: environment, rows as boot left them and rows as the cell found them, seeded ones by their name."""
    db.execute("INSERT INTO accounts (id, name) VALUES (7, 'sk-one'), (8, 'sk-one')")
    db.execute('INSERT INTO entries (account_id, data) VALUES (7, \'{"a": [{"key": "sk-two"}]}\')')
    capture.mark_baseline(db)
    entry = db.execute("SELECT id FROM entries").fetchone()[0]
    refs = {"ann": {"kind": "person", "id": 7}}
    assert told(world(web={"ONE": "sk-one"}), db, "sk-one", "sk-two", "sk-three", refs=refs) == [
        "Bearer {env.ONE = person#8.name = person<ann>.name}",
        f"Bearer {{entry#{entry}.data.a[0].key}}",
        "Bearer {unknown}",
    ]


def test_what_boot_left_is_read_once_and_seeded_tables_anew(db):
    """Claim: a row of the next cell is found, one of the cell before is not."""
    kept = world()
    db.execute("INSERT INTO accounts (id, name) VALUES (7, 'sk-one')")
    capture.mark_baseline(db)
    assert told(kept, db, "sk-one") == ["Bearer {person#7.name}"]
    reset.reset(db)
    db.execute("INSERT INTO accounts (id, name) VALUES (9, 'sk-two')")
    capture.mark_baseline(db)
    assert told(kept, db, "sk-one", "sk-two") == ["Bearer {unknown}", "Bearer {person#9.name}"]


def test_a_key_that_was_changed_in_the_cell(db):
    """Claim: the old value and the new one have different names."""
    db.execute("INSERT INTO accounts (id, name) VALUES (7, 'sk-old')")
    capture.mark_baseline(db)
    row = {"id": 7, "name": "sk-old"}
    changes = (RowChange(kind="person", op="update", id=7, before=row, after={**row, "name": "sk-new"}),)
    assert told(world(), db, "sk-old", "sk-new", changes=changes) == [
        "Bearer {person#7.name}",
        "Bearer {person#7.name (changed)}",
    ]


def test_variables_of_roles_that_differ(db):
    """Claim: a variable that is not alike everywhere is told with its role."""
    capture.mark_baseline(db)
    kept = world(web={"K": "sk-web-1234"}, worker={"K": "sk-worker-1234"})
    assert told(kept, db, "sk-web-1234") == ["Bearer {env.K of web}"]


def test_a_secret_that_stands_elsewhere_in_a_call_is_named(db):
    """Claim: a raw secret of the world reaches no history, wherever it was sent; an ordinary text stays."""
    capture.mark_baseline(db)
    kept = world(web={"API_KEY": "sk-secret-1234", "GREETING": "good morning"})
    (call,) = credentials.named(
        [{"request": "good morning, sk-secret-1234", "headers": {}}], credentials.held(kept, (db,), {}, ()), KEY
    )
    assert call["request"] == "good morning, {env.API_KEY}"


SECRETS = {
    "sk-0123456789": ["env.API_KEY", "site<one>.api_key"],
    "0123456789": ["user#1.password"],
    "plain text of a title": ["content#1.title"],
}


def test_a_secret_is_found_wherever_it_is_told_and_not_where_it_is_kept():
    """Claim: in a line, deep in an answer and as a part of a text; not under a secret's name, not what has no secret's name, not a short one."""
    told = [
        ("a line of web at INFO", "calling with Bearer sk-0123456789 now"),
        ("the answer to GET /x/ ", {"data": [{"note": "key sk-0123456789", "token": "sk-0123456789", "title": "plain text of a title"}]}),
        ("a line of web at INFO", "calling again with sk-0123456789"),
        ("a line of worker at ERROR", "nothing here"),
    ]  # fmt: skip
    found = credentials.leaks(
        told, SECRETS | {"short": ["env.SECRET"], "https://x.example/reset": ["user#1.password_url"]}
    )
    name = "{env.API_KEY = site<one>.api_key}"
    assert [one for one in found if one["secret"] == name] == [
        {"where": "a line of web at INFO", "secret": name},
        {"where": "the answer to GET /x/ .data[0].note", "secret": name},
    ]
