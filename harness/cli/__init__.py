"""The `harness` command: one room a verb, below harness/jobs, each with a click command in verb.py; errors in one shape; exit codes 0, 1, 2, 3.

streams   the standard streams, whatever a shell made of them
versions  the harness's own version, and those of what it was installed with
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from harness.cli import streams
from harness.core.errors import USAGE, HarnessError
from harness.stack.isolation.leaving import held
from harness.verb.failure import SIGNALLED, report_failure, report_failure_of_ours

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = {
    "verify": ("verify", "Boot the stack, drive every scenario on every path, compare with the goldens, check the ledger's laws."),
    "phase": ("phase", "Migrate a lived-in database to phase NUMBER, drive everything, roll back, drive everything again."),
    "shadow": ("shadow", "Drive every scenario against OLD, OLD again and NEW, and compare charges, usage logs, balances, provider requests,"),
    "week": ("week", "Simulate 168 hours of beat and scheduled automations for many customers, in seconds."),
    "migration": ("phase.migration", "Walk phases 1 to 7: forward on a lived-in database, every scenario, back by the plan's procedure, every scenario."),
    "check": ("verify.check", "Judge the stored run RUN [default: runs/latest] again, with the goldens, rate card and findings of now."),
    "watch": ("verify.watch", "Drive the cells that can see what changed, each time a file of the target or of the harness project is saved."),
    "report": ("report", "One report of several runs."),
    "worker": ("worker", "Wait for cells of harness verify --on URL, drive each on a stack of this machine, send back what was observed."),
    "checklist": ("checklist", "Fill in the plan's checklist from a stored run: pass, fail or unknown, with credits, rows and provider calls."),
    "criteria": ("checklist.criteria", "Is the migration complete? The plan's seven criteria, from stored runs, logs, sources and a disposable stack."),
    "findings": ("checklist.findings", "Every declared finding and the plan's three potential issues: laws broken, cells, evidence, the phase that ends it."),
    "snapshot": ("snapshot", "The plan's Step 1: what contracts/snapshot.toml lists of models, prices, settings and balances, without any secret."),
    "golden": ("golden", "The locked outcomes: what every scenario costs."),
    "contracts": ("contracts", "One table over provider, API, request bodies, Celery, schema and legacy, per phase, with drift."),
    "fuzz": ("contracts.fuzz", "Fuzz an endpoint whose input is the database, against an oracle that reads only the rows."),
    "record": ("record", "Drive the scenarios that own cassettes, and record what the providers answer, through vcrpy."),
    "cassette": ("record.cassette", "Look at, lint and compare cassettes."),
    "fake": ("record.fake", "Replay recorded provider traffic over HTTPS, each recording once, until Ctrl-C."),
    "stack": ("hand", "A stack for hand work: seeded, with tokens and URLs, up until it is taken down."),
    "manage": ("hand.manage", "Run a manage.py command of the target in a disposable stack, and return its exit code."),
    "score": ("score", "Plant each patch of a catalogue of mistakes in a copy of the target, drive every cell, and count which are told."),
    "perturb": ("perturb", "Change each observed value of the stored run RUN [default: runs/latest], and see whether the judge refuses it."),
    "vary": ("vary", "Print what is varied, why, and which settings show in no cell. With --learn, find out where they show."),
    "reach": ("reach", "Tell which branches, functions and handlers of the target's code no cell of a run with --reach has reached."),
    "init": ("adopt.init", "Write harness.toml, first scenarios and workflows for the backend in this folder, and drive what it found."),
    "doctor": ("adopt.doctor", "Everything that is missing or wrong, all at once, each with its mend."),
    "runs": ("kept", "The stored runs, newest first, with what each takes of the disk, and why it stays, or that it goes."),
    "schema": ("schema", "The JSON schema of a file that people write, made of the code that reads it, so that editors complete its keys."),
    "look": ("look", "Models, routes, tasks, queues, schedule, runtime: read from the target by its own interpreter."),
}  # fmt: skip
"""verb -> its room below harness/jobs, and the first line of its help: to list them, no room is imported."""

AS_JSON = "harness.json"
COMPLETE = "_HARNESS_COMPLETE"
"""The variable by which a shell asks click for what completes a command line."""


class Verbs(click.Group):
    """Imports a verb only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(f"harness.jobs.{COMMANDS[name][0]}.verb"), name)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """As click's own, but from the table: a key that is pressed for the list imports no room."""
        from click.shell_completion import CompletionItem

        verbs = [CompletionItem(name, help=line) for name, (_, line) in COMMANDS.items() if name.startswith(incomplete)]
        return [*verbs, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """As click's own, but from the table: `harness --help` stays instant."""
        limit = formatter.width - 6 - max(map(len, COMMANDS))
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, click.Command(name, help=line).get_short_help_str(limit))
                    for name, (_, line) in COMMANDS.items()
                ]
            )


def _version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if not asked:
        return
    versions = importlib.import_module("harness.cli.versions")
    found = versions.versions()
    click.echo(json.dumps(found) if ctx.meta.get(AS_JSON) else "\n".join(versions.lines(found)))
    ctx.exit()


def _as_json(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    ctx.meta[AS_JSON] = asked


@click.command(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    callback=_version,
    help="Show the version, and those of what the harness is made with, and exit.",
)
@click.option(
    "--json", is_flag=True, is_eager=True, expose_value=False, callback=_as_json, help="With --version: as JSON."
)
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Contracts and characterization of a backend that sells work for credits."""
    if ctx.meta[AS_JSON]:
        raise click.UsageError("--json stands behind a verb, or beside --version")


def main(argv: Sequence[str] | None = None) -> None:
    """Run a verb and exit, of `argv` or, for None, as this process's own command: 0 ok, 1 differences, 2 usage, 3 the stack failed, 130 interrupted."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    # modules, goldens and what was observed stay: to walk them at Python's own pace costs a seventh of the start, a twentieth of a run
    gc.set_threshold(100_000, 50, 100)
    as_json = "--json" in arguments
    if argv is None:
        streams.settle()
    if argv is None and (asked := os.environ.get(COMPLETE)):
        from click.shell_completion import shell_complete

        sys.exit(shell_complete(cli, {}, "harness", COMPLETE, asked))
    with held(for_good=argv is None):
        code = _code(arguments, as_json)
    sys.exit(code)


def _code(arguments: list[str], as_json: bool) -> int:
    try:
        code = cli.main(args=arguments, prog_name="harness", standalone_mode=False)
    except HarnessError as error:
        report_failure(error, as_json=as_json)
        code = error.exit_code
    except click.exceptions.Abort:
        code = 130
    except click.ClickException as error:
        usage = HarnessError(error.format_message(), hint="harness --help, or harness VERB --help", code="usage")
        report_failure(usage, as_json=as_json)
        code = USAGE
    except SystemExit as left:
        code = left.code
        if not (isinstance(code, int) and code > SIGNALLED):  # SIGTERM leaves so, through every `finally`
            code = report_failure_of_ours(left, as_json=as_json)
    except Exception as error:
        code = report_failure_of_ours(error, as_json=as_json)
    return (
        code
        if isinstance(code, int)
        else report_failure_of_ours(TypeError("a verb said no exit code"), as_json=as_json)
    )
