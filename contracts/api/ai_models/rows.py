"""A state in the database: the tables that it stands in, and how it is put there. Of the target nothing but its tables is used."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .states import State

TABLES = {
    "model_config": "igny8_ai_model_config",
    "account_settings": "igny8_account_ai_settings",
    "global_settings": "igny8_global_integration_settings",
    "provider": "igny8_integration_providers",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is to be known of the phase's tables. `choices`: the installation's settings still choose the image model, as
    until phase 6, and its is_default does from phase 7 on. `insert` takes rows of models; `accounts` are keys by name."""

    choices: bool
    insert: str = ""
    accounts: Mapping[str, int]


def prepare(cursor: Any, refs: Mapping[str, Mapping[str, Any]]) -> Facts:
    """Empty the tables of models: what a state does not say is not there."""
    for table in (TABLES["model_config"], TABLES["account_settings"]):
        cursor.execute(f"DELETE FROM {table}")
    cursor.execute(
        "SELECT column_name, format_type(a.atttypid, a.atttypmod) FROM information_schema.columns c"
        " JOIN pg_attribute a ON a.attrelid = c.table_name::regclass AND a.attname = c.column_name"
        " WHERE table_name = %s AND column_name <> 'id' ORDER BY ordinal_position",
        [TABLES["model_config"]],
    )
    columns = dict(cursor.fetchall())
    cursor.execute(
        "SELECT count(*) FROM information_schema.columns WHERE table_name = %s AND column_name = %s",
        [TABLES["global_settings"], "default_image_service"],
    )
    choices = bool(cursor.fetchone()[0])
    names = ", ".join(f'"{name}"' for name in columns)
    shape = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    return Facts(
        choices=choices,
        accounts={name.removesuffix("-account"): ref["id"] for name, ref in refs.items() if name.endswith("-account")},
        insert=f"INSERT INTO {TABLES['model_config']} ({names})"
        f" SELECT {names} FROM jsonb_to_recordset(%s::jsonb) AS r({shape});",
    )


def stored(state: State, facts: Facts) -> dict[str, Any]:
    """What `store` puts into the database of `state`: two that differ elsewhere are no distinct states."""
    left_out = {"caller", "crowd", *(() if facts.choices else ("service", "chosen", "chosen_text"))}
    return {key: value for key, value in state.as_json().items() if key not in left_out}


def store(cursor: Any, state: State, facts: Facts, before: State | None = None) -> None:
    """Put `state` into the open transaction, in one statement of several; only its crowd, where `before` is there already."""
    if before is not None:
        cursor.execute(facts.insert, [json.dumps(state.models[len(before.models) :])])
        return
    words = [facts.insert]
    values: list[Any] = [json.dumps(state.models)]
    shared = dict(state.shared)
    if facts.choices:
        shared |= {
            "openai_model": state.chosen_text,
            "default_image_service": state.service,
            "dalle_model" if state.service == "openai" else "runware_model": state.chosen,
        }
    words.append(f"UPDATE {TABLES['global_settings']} SET {', '.join(f'{name} = %s' for name in shared)};")
    values += shared.values()
    for account, row in state.overrides.items():
        words.append(f"INSERT INTO {TABLES['account_settings']} (account_id, {', '.join(row)}) VALUES ({', '.join(['%s'] * (len(row) + 1))});")  # fmt: skip
        values += [facts.accounts[account], *row.values()]
    if not state.providers_active:
        words.append(f"UPDATE {TABLES['provider']} SET is_active = false;")
    cursor.execute(" ".join(words), values)
