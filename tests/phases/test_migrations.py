"""The migrations on a real PostgreSQL with data: what each phase declares happens, nothing else does, and all of it
can be undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from harness.backend import legacy
from harness.backend.phases import manifest
from harness.backend.phases.tree import layered
from harness.core.phase import LAST, Expect, SchemaEffect
from harness.judge.legacy import scan
from tests.phases import CONTRACTS, PHASES, REFERENCE
from tests.phases.conftest import Server

pytestmark = [pytest.mark.slow, pytest.mark.stack]

# Rows at the edges: no price, zero and large balances, an inactive default, an unknown override, foreign providers.
DATA = """
INSERT INTO igny8_accounts (id, name, credits) VALUES (1, 'Nought', 0), (2, 'Plenty', 2000000000);
INSERT INTO igny8_credit_transactions (account_id, transaction_type, credits_amount, balance_after, metadata)
    VALUES (2, 'deduction', -4, 1999999996, '{"operation_type": "image_generation", "model": "dall-e-3", "units": 4}');
INSERT INTO igny8_credit_usage_logs (account_id, operation_type, credits_used, model_used)
    VALUES (2, 'image_generation', 4, 'dall-e-3');
INSERT INTO igny8_account_ai_settings (account_id, image_model, text_model) VALUES (2, 'bria:10@1', 'gpt-4o');
INSERT INTO igny8_ai_model_config (model_name, display_name, model_type, provider, is_active, is_default, cost_per_image)
    VALUES ('google:4@2-old', 'Nano Banana Pro (premium)', 'image', 'runware', false, true, NULL),
           ('in-house', '', 'text', 'in-house', true, false, NULL);
UPDATE igny8_ai_model_config SET is_active = false WHERE model_name = 'google:4@2';
UPDATE igny8_credit_cost_config SET min_credits = 4 WHERE operation_type = 'clustering';
UPDATE igny8_global_integration_settings
   SET openai_model = 'gpt-4o-mini', dalle_model = 'dall-e-2', runware_model = 'runware:97@1',
       default_image_service = 'openai', default_text_provider = 'anthropic', image_style = 'sketch',
       openai_api_key = 'sk-of-this-installation', anthropic_api_key = 'an-unused', bria_api_key = '';
"""
INSERT_OLD = """
INSERT INTO igny8_ai_model_config (model_name, model_type, provider) VALUES ('made-by-the-code-of-phase-0', 'image', 'x')
"""
SCHEMA = """
SELECT c.relname AS table, a.attname AS column,
       format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END AS type,
       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND NOT i.indisprimary
               AND i.indnatts = 1 AND i.indkey[0] = a.attnum) AS is_unique
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
"""
Schema = Mapping[str, Mapping[str, tuple[str, bool]]]
Rows = Mapping[tuple[str, int], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class State:
    """A database at one phase: table -> column -> (type, unique), and (table, id) -> row."""

    schema: Schema
    rows: Rows


@pytest.fixture(scope="module")
def states(server: Server, tree: Callable[[int], Path]) -> list[State]:
    """The databases of phases 0 to 7, each migrated from the one before by its own code; "walkN" is kept of each."""
    found = []
    for number in range(LAST + 1):
        before = f"walk{number - 1}" if number else "template0"
        with server.database(f"walk{number}", before) as db:
            server.migrate(tree(number), f"walk{number}")
            if number == 0:
                db.execute(DATA)
            found.append(state(db))
    return found


def state(db: psycopg.Connection) -> State:
    schema: dict[str, dict[str, tuple[str, bool]]] = {}
    with db.cursor(row_factory=dict_row) as cursor:
        for fact in cursor.execute(SCHEMA).fetchall():
            schema.setdefault(fact["table"], {})[fact["column"]] = (fact["type"], fact["is_unique"])
        schema.pop("django_migrations", None)
        rows = {
            (table, row["id"]): row
            for table, columns in schema.items()
            if "id" in columns
            for row in cursor.execute(f'SELECT * FROM "{table}"').fetchall()
        }
    return State(schema, rows)


@pytest.mark.parametrize("number", range(1, LAST + 1))
def test_schema_changes_are_the_declared_ones(number: int, states: list[State]):
    """Every table and column that comes or goes is declared, with its type; nothing else changes."""
    before, after = states[number - 1].schema, states[number].schema
    expected = {table: dict(columns) for table, columns in before.items()}
    for change in manifest.read_all(PHASES, number)[-1].expect.schema:
        columns = {name: (type_, name in change.unique) for name, type_ in change.columns.items()}
        match change.change:
            case SchemaEffect.TABLE_ADDED:
                assert change.table not in expected
                expected[change.table] = columns
            case SchemaEffect.COLUMN_ADDED:
                assert not columns.keys() & expected[change.table].keys()
                expected[change.table].update(columns)
            case SchemaEffect.COLUMN_REMOVED:
                for name, facts in columns.items():
                    assert expected[change.table].pop(name) == facts
            case SchemaEffect.TABLE_REMOVED:
                assert expected.pop(change.table) == columns
    assert after == expected


@pytest.mark.parametrize("number", range(1, LAST + 1))
def test_rows_change_where_declared_only(number: int, states: list[State]):
    """No row is lost; a cell that changes, and a row that comes, are in a table and column that the phase declares."""
    before, after = states[number - 1], states[number]
    expect = manifest.read_all(PHASES, number)[-1].expect
    assert before.rows.keys() <= after.rows.keys()
    touched = set()
    for key, row in after.rows.items():
        old = before.rows.get(key)
        if old is None:
            touched.add((key[0], "new row"))
            assert any(change.table == key[0] for change in expect.data), f"undeclared row {key}"
            continue
        for column in row:
            if row[column] != old.get(column):
                touched.add((key[0], column))
                assert _declared(expect, key[0], column), f"{key} {column}: {old.get(column)!r} -> {row[column]!r}"
    if number not in (3,):  # nobody rotated a key in this database, so the copy of phase 3 finds nothing to do
        assert {table for table, _ in touched} == {change.table for change in expect.data}


def _declared(expect: Expect, table: str, column: str) -> bool:
    return any(change.table == table and column in change.columns for change in expect.data)


def test_prices_of_phase_1(states: list[State]):
    """1, 5 and 15; whoever is not in the plan's list keeps the operation's price."""
    models = {row["model_name"]: row for (table, _), row in states[1].rows.items() if table == "igny8_ai_model_config"}
    found = {name: (row["quality_tier"], row["credits_per_image"]) for name, row in models.items()}
    none = (None, None)
    assert found == {
        "runware:97@1": ("basic", 1),
        "dall-e-3": ("quality", 5),
        "google:4@2": ("premium", 15),
        "google:4@2-old": none,
        "gpt-5.1": none,
        "gpt-4o-mini": none,
        "in-house": none,
    }
    assert all(row["tokens_per_credit"] is None for row in models.values())


@pytest.mark.parametrize("number", range(1, LAST))
def test_the_code_before_can_write(number: int, server: Server, states: list[State]):
    """A row as the code of phase 0 writes it goes into the database of every phase that rolls back by code."""
    with server.database(f"old{number}", f"walk{number}") as db:
        db.execute(INSERT_OLD)


def test_phase_1_goes_back_without_a_trace(server: Server, tree: Callable[[int], Path], states: list[State]):
    """By the manifest's own procedure, with rows written by phase 1 in what goes: the database of phase 0."""
    with server.database("back1", "walk1") as db:
        db.execute("UPDATE igny8_ai_model_config SET credits_per_image = 7, tokens_per_credit = 3")
        db.execute("INSERT INTO igny8_integration_providers (provider_id, api_key) VALUES ('bria', 'br-new')")
        for app, migration in manifest.read_all(PHASES, 1)[0].rollback.to.items():
            server.migrate(tree(1), "back1", app, migration)
        assert state(db) == states[0]
        server.migrate(tree(0), "back1")
        assert state(db) == states[0]


def test_phase_7_goes_back_to_the_values(server: Server, tree: Callable[[int], Path], states: list[State]):
    """Reversing the migrations restores what phase 6 had: keys, choices, defaults; and forward again it is phase 7."""
    with server.database("back7", "walk7") as db:
        server.migrate(tree(7), "back7", "system", "0002_seed_global_settings")
        assert state(db) == states[6]
        server.migrate(tree(7), "back7")
        assert _but_ids(state(db)) == _but_ids(states[7])


def test_all_the_way_back(server: Server, tree: Callable[[int], Path], states: list[State]):
    """From phase 7 to phase 0 in one go: every row that was there at phase 0 is what it was."""
    with server.database("back0", "walk7") as db:
        server.migrate(tree(7), "back0", "system", "0002_seed_global_settings")
        server.migrate(tree(7), "back0", "billing", "0002_seed_models_and_costs")
        assert state(db) == states[0]


def test_a_key_rotated_before_phase_3_is_the_key_after_it(
    server: Server, tree: Callable[[int], Path], states: list[State]
):
    with server.database("rotated", "walk2") as db:
        db.execute("UPDATE igny8_global_integration_settings SET runware_api_key = 'rw-rotated'")
        server.migrate(tree(3), "rotated")
        keys = dict(db.execute("SELECT provider_id, api_key FROM igny8_integration_providers").fetchall())
        assert keys == {"openai": "sk-of-this-installation", "runware": "rw-rotated"}


def test_a_migration_that_fails_halfway_leaves_all_as_it_was(
    server: Server, tree: Callable[[int], Path], states: list[State]
):
    """A config that the move cannot read: the migration fails, and the database is still that of phase 6."""
    with server.database("halfway", "walk6") as db:
        db.execute("UPDATE igny8_integration_providers SET config = '[]' WHERE provider_id = 'runware'")
        before = state(db)
        done = server.manage(tree(7), "halfway", "migrate", "--no-input", "-v", "0")
        assert done.returncode != 0
        assert state(db) == before


@pytest.mark.parametrize("number", range(LAST + 1))
def test_legacy_rules_hold_with_the_schema(number: int, states: list[State]):
    """With the schema given nothing stays unchecked."""
    rules = legacy.read(CONTRACTS / "legacy.toml")
    columns = {table: set(found) for table, found in states[number].schema.items()}
    found = scan(legacy.sources(layered(REFERENCE, PHASES, number).files, rules), columns, rules, number)
    assert (found.problems, found.unchecked, len(found.held)) == ((), (), len(rules))


def _but_ids(found: State) -> tuple[Schema, list[list[tuple[str, str]]]]:
    """A state without what a second migration makes anew: ids of rows made by it, and times."""
    rows = [
        sorted((name, repr(value)) for name, value in row.items() if name not in ("id", "created_at", "updated_at"))
        for row in found.rows.values()
    ]
    return found.schema, sorted(rows)
