"""Request bodies of a tree, both ways: each contracted POST with the body of a scenario that asks for it, and its variants."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import trustme

from harness.cell import auth
from harness.cell.drive import action_rows, steps_for
from harness.cell.template import fill, names, resolved
from harness.core.config import Config
from harness.core.scenario import Cell, Do, Scenario
from harness.jobs.contracts.beside import done_inside
from harness.jobs.contracts.judge.openapi import body, operations
from harness.stack.database import ledger, postgres, seed
from harness.stack.processes.running import Stack

Contract = Mapping[str, Any]

INSIDE = "harness.jobs.contracts.inside.bodies"
"""What sends them, in the target's process. Named, not imported: it needs the target's Django."""


def wanted(contract: Contract, phase: int) -> list[str]:
    """The paths of `phase` whose POST has a body."""
    return [
        path for (method, path), one in operations(contract, phase).items() if method == "POST" and "requestBody" in one
    ]


def unasked(contract: Contract, phase: int, sent: Container[str]) -> list[tuple[str, str]]:
    """(METHOD, path) of each operation of `phase` with a body, but the POST on paths that are `sent`."""
    return [
        (method, path)
        for (method, path), one in operations(contract, phase).items()
        if "requestBody" in one and not (method == "POST" and path in sent)
    ]


def asked(config: Config, scenarios: Iterable[Scenario], path: str) -> tuple[Cell, tuple[Do, ...]] | None:
    """The shortest way of a scenario to a POST on `path` that is accepted: its cell, and its requests up to that one."""
    found: list[tuple[Cell, tuple[Do, ...]]] = []
    for scenario in scenarios:
        for way in scenario.paths:
            steps: list[Do] = []
            for step in steps_for(scenario, way):
                if not isinstance(step, Do):
                    continue
                request = step.on(way).request
                if request is None or request["method"] != "POST" or step.expect not in (None, 200, 202):
                    break
                steps.append(step)
                if request["url"] == path:
                    found.append((Cell(scenario=scenario, path=way), tuple(steps)))
                    break
    return min(found, key=lambda one: (len(one[1]), bool(one[0].scenario.faults)), default=None)


def check(stack: Stack, config: Config, contract: Contract, scenarios: Iterable[Scenario]) -> dict[str, Any]:
    """{problems, bodies, unasked}: what is wrong, how many bodies were sent, and [METHOD, path] of each operation with a
    body that was not sent: no scenario asks for it, or it is no POST.

    Closes `stack.db`: each operation has a copy of the database.
    """
    every = list(scenarios)
    found = {path: asked(config, every, path) for path in wanted(contract, config.phase)}
    chosen = {path: one for path, one in found.items() if one is not None}
    job = {
        "operations": _operations(stack, config, contract, chosen),
        "tables": [one.table for one in config.tables.values()],
        "hosts": sorted(config.provider_names),
    }
    # nobody answers as a provider here; with certificates to trust a call gets as far as looking its host up, and is seen
    trusted = Path(stack.places["ca_bundle"])
    trusted.parent.mkdir(parents=True, exist_ok=True)
    trustme.CA().cert_pem.write_to_path(str(trusted))
    told = done_inside(stack, config, INSIDE, job, name="bodies", what="the request bodies")
    return {**told, "unasked": unasked(contract, config.phase, chosen)}


def _operations(
    stack: Stack, config: Config, contract: Contract, chosen: Mapping[str, tuple[Cell, tuple[Do, ...]]]
) -> list[dict[str, Any]]:
    """What the target's process needs to know of each operation, its world seeded in a database of its own."""
    declared = operations(contract, config.phase)
    stack.db.close()  # a database with a session on it cannot be copied
    socket, port = stack.run_dir / "pg_socket", int(stack.places["db_port"])
    made = []
    with postgres.connect(socket, port, "postgres") as admin:
        for n, (path, (cell, steps)) in enumerate(chosen.items()):
            database = f"bodies_{n}"
            postgres.create(admin, database, postgres.DATABASE)
            given = cell.scenario.given
            rows = (*given.rows, *action_rows(cell.scenario, cell.path))
            with postgres.connect(socket, port, database) as db:
                refs = seed.insert(db, config.tables, replace(given, rows=rows))
            requests = [_request(cell, step, refs) for step in steps]
            operation = declared["POST", path]
            made.append(
                {
                    "path": path,
                    "database": database,
                    "headers": dict(auth.given_headers(config.auth, given, given.actor)),
                    "poor": ledger.emptied(config),
                    "before": requests[:-1],
                    "right": requests[-1]["body"],
                    "schema": body(operation["requestBody"]),
                    "answers": {status: body(answer) for status, answer in operation["responses"].items()},
                }
            )
    return made


def _request(cell: Cell, step: Do, refs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The step's request; what an earlier answer brings stays "$answer_x", which the target's process fills in."""
    request = resolved(step.on(cell.path), refs).request or {}
    later = {f"answer_{name}": f"$answer_{name}" for name in _answers(request.get("body", {}))}
    where = f"{step.operation} on path {cell.path}"
    return {"path": request["url"], "body": fill(request.get("body", {}), {**names(step.args, refs), **later}, where)}


def _answers(template: Any) -> list[str]:
    values = template.values() if isinstance(template, Mapping) else ()
    return [one.removeprefix("$answer_") for one in values if isinstance(one, str) and one.startswith("$answer_")]
