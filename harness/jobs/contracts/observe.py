"""A phase's tree as it is: its schema from the live catalogue, its tasks and endpoints from its own shell, its answers to bodies.

Nothing is kept between calls: what a contract is held to was read from a stack that ran just now.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from harness.backend import catalogue
from harness.core.config import Config
from harness.core.errors import HarnessError, StackError, last_lines
from harness.core.scenario import Scenario
from harness.core.schema import Table
from harness.jobs.contracts import bodies
from harness.jobs.contracts.beside import in_target
from harness.jobs.contracts.judge.celery_contract import Task
from harness.jobs.contracts.judge.phase import Observed
from harness.stack.processes import boot
from harness.stack.processes.running import Stack
from harness.stack.roles import environment
from harness.verb.inside import Island, answer


def observe(
    config: Config,
    isolation: str = "auto",
    *,
    paths: Iterable[str] = (),
    serializers: Iterable[str] = (),
    app: bool = True,
    contract: Mapping[str, Any] | None = None,
    scenarios: Iterable[Scenario] = (),
) -> Observed:
    """Boot database and broker of `config`'s tree in an island of their own and read all of it; `app` False: the schema only.
    With `contract`, also send the request bodies of its operations that `scenarios` ask for.

    Raises HarnessError and StackError as they happened inside; StackError contracts-shell when the target's shell failed.
    """

    # the bodies hold `true` for an id, which is 1 to a view that does not look: a row of that id has to be there
    config = replace(config, id_ranges=False) if contract is not None else config

    def ask(place: Island) -> dict[str, Any]:
        with boot.boot(config, place, fake=None, roles=False) as stack:
            body: dict[str, Any] = {"schema": catalogue.schema(stack.db)}
            if app:
                body |= _described(stack, config, list(paths), list(serializers))
            if contract is not None:
                body["bodies"] = bodies.check(stack, config, contract, scenarios)
            return body

    def silent(code: int) -> StackError:
        return StackError(
            f"nothing was read of phase {config.phase}: the island ended with exit code {code}",
            hint="run harness manage -- check, which shows what the target says",
            code="contracts-shell",
        )

    return _observed(config.phase, answer(config, ask, isolation=isolation, silent=silent, plain=_plain))


def own_settings(stack: Stack) -> dict[str, str]:
    """The environment that puts harness.jobs.contracts.inside.settings around the target's."""
    if "DJANGO_SETTINGS_MODULE" not in stack.env:
        raise HarnessError(
            "harness.toml does not say which settings module the target has",
            hint='put DJANGO_SETTINGS_MODULE = "..." under [target.env]',
            code="contracts-settings",
        )
    return {
        "HARNESS_TARGET_SETTINGS": stack.env["DJANGO_SETTINGS_MODULE"],
        "DJANGO_SETTINGS_MODULE": "harness.jobs.contracts.inside.settings",
    }


def _described(stack: Stack, config: Config, paths: list[str], serializers: list[str]) -> dict[str, Any]:
    out = stack.run_dir / "tmp" / "described.json"
    code = f"import harness.jobs.contracts.inside.described as d; d.write({str(out)!r}, {config.app!r}, {paths!r}, {serializers!r})"
    line = environment.command(config.manage, stack.places, "manage")
    done = in_target(stack, config, [*line, "shell", "-c", code], own_settings(stack))
    if done.returncode or not out.exists():
        raise StackError(
            f"the target's shell could not describe phase {config.phase} (exit code {done.returncode})",
            hint=f"its last words: {last_lines(done.stderr, 2)}",
            code="contracts-shell",
        )
    found: dict[str, Any] = json.loads(out.read_text())
    return found


def _observed(phase: int, body: Mapping[str, Any]) -> Observed:
    return Observed(
        phase=phase,
        schema={
            name: Table(
                columns=table["columns"],
                defaults=table["defaults"],
                constraints=tuple(table["constraints"]),
                indexes=tuple(table["indexes"]),
            )
            for name, table in body["schema"].items()
        },
        tasks={
            one["name"]: Task(**{**one, "parameters": tuple(one["parameters"]), "retries_on": tuple(one["retries_on"])})
            for one in body.get("tasks", ())
        },
        schedule=body.get("schedule", {}),
        endpoints=frozenset((method, path) for method, path in body.get("endpoints", ())),
        document=body.get("document", {}),
        serializers=body.get("serializers", {}),
        bodies=body.get("bodies"),
        complaints=(
            *body.get("complaints", ()),
            *(
                f"the contract names a serializer that is not there: {name}"
                for name in body.get("missing_serializers", ())
            ),
        ),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Table):
        return {name: getattr(value, name) for name in ("columns", "defaults", "constraints", "indexes")}
    return str(value)
