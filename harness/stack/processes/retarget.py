"""Other code on the same database: what a deployment does, with the stack's PostgreSQL, broker and fake left running."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

from harness.core.config import Config
from harness.core.errors import StackError, last_lines
from harness.stack.database import cluster, postgres, snapshot
from harness.stack.processes import beside
from harness.stack.processes.running import Stack, spawn_role
from harness.stack.roles import environment


def retarget(stack: Stack, config: Config) -> None:
    """Stop the target's roles and point the stack at `config`'s code; nothing of the target runs afterwards."""
    for name in list(stack.roles):
        stack.kill(name)
    stack.let_zygote_go()
    stack.tear_down()
    stack.config = config
    stack.env = environment.of_target(config, stack.env, stack.places)


def start_roles(stack: Stack) -> None:
    """Start every role that always runs, side by side, and wait until all are ready."""
    roles = [role for role in stack.config.roles.values() if role.boot == "always"]
    for role in roles:
        stack.roles[role.name] = spawn_role(stack, role)
    for role in roles:
        stack.await_ready(role)


def migrate(stack: Stack, words: Iterable[str] = ()) -> None:
    """The target's migrate command, with `words` behind it ("billing", "0002_seed"), on each of its databases. Raises
    StackError migrate-failed."""
    for alias in stack.dbs:
        command = [*environment.migrating(stack.config, alias), *words]
        done = beside.run(
            stack,
            environment.command(command, stack.places, "target.migrate"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        if done.returncode:
            raise StackError(
                f"migrate {' '.join(words)} failed at phase {stack.config.phase}".replace("  ", " "),
                hint=f"its last words: {last_lines(done.stderr or done.stdout)}",
                code="migrate-failed",
            )


def without_shadows(stack: Stack) -> None:
    """Take the harness's own schemas and triggers out, so that the target's migrations meet only what is theirs."""
    for db in stack.dbs.values():
        snapshot.drop(db)


def with_shadows(stack: Stack) -> None:
    """Whatever the databases hold now is what every reset goes back to."""
    for db in stack.dbs.values():
        snapshot.take(db, id_ranges=stack.config.id_ranges)


def backup(stack: Stack, file: Path) -> None:
    """pg_dump of every database, whole: of the default into `file`, of another beside it. Raises StackError backup-failed."""
    for alias in stack.dbs:
        _tool(stack, "pg_dump", "--format=custom", f"--file={_file(file, alias)}", postgres.name_of(alias))


def restore(stack: Stack, file: Path) -> None:
    """Put the databases back to what `backup` wrote, all of it: nothing written since remains."""
    for alias, db in stack.dbs.items():
        name = postgres.name_of(alias)
        db.close()
        _tool(stack, "dropdb", "--force", name)
        _tool(stack, "createdb", f"--owner={postgres.OWNER}", name)
        _tool(stack, "pg_restore", "--exit-on-error", f"--dbname={name}", str(_file(file, alias)))
    stack.dbs = cluster.connected(stack.run_dir / "pg_socket", int(stack.places["db_port"]), stack.dbs)


def _file(file: Path, alias: str) -> Path:
    return file if alias == "default" else file.with_name(f"{alias}.{file.name}")


def _tool(stack: Stack, name: str, *words: str) -> None:
    sockets = stack.run_dir / "pg_socket"
    command = [
        str(postgres.program(name)),
        f"--host={sockets}",
        f"--port={stack.places['db_port']}",
        f"--username={postgres.SUPERUSER}",
    ]
    done = subprocess.run([*command, *words], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise StackError(
            f"{name} failed: {done.stderr.strip()[-300:]}",
            hint="nothing was changed by the harness itself",
            code="backup-failed",
        )
