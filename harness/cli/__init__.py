"""The `harness` command: one room a verb, below harness/jobs, each with a click command in verb.py; errors in one shape; exit codes 0, 1, 2, 3.

verify    boot, drive everything, judge, report
phase     one phase of the migration, there and back
shadow    two states of the target on the same tape, compared
week      a simulated week of hourly ticks and many schedules
migration every phase, there and back
check     judge a stored run again with today's goldens
report    shards merged and judged whole; what plans are split by
worker    drive cells for verify --on, on this machine
checklist the plan's test checklist, filled in from a stored run
criteria  the plan's seven success criteria
findings  what the runs prove to be wrong, and which phase ends it
snapshot  the plan's baseline of the configuration and the ledger, and differences between two
golden    compare with, or accept into, the goldens
contracts provider, API, Celery, schema and legacy at every phase, with drift
fuzz      the models endpoint on thousands of database states
record    make cassettes
cassette  look at, lint and compare cassettes
fake      the provider fake alone
stack     a stack for hand work: up, down, logs, shell, reset, status
manage    run a manage.py command in a disposable stack (the target's own tests)
look      what the harness reads of the target by itself: models, routes, tasks, queues, schedule, runtime
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

import click

from harness import __version__
from harness.core.errors import USAGE, HarnessError
from harness.verb.failure import report_failure, report_failure_of_ours

COMMANDS = {
    "verify": "verify", "phase": "phase", "shadow": "shadow", "week": "week", "migration": "phase.migration", "check": "verify.check", "report": "report", "worker": "worker",
    "checklist": "checklist", "criteria": "checklist.criteria", "findings": "checklist.findings", "snapshot": "snapshot", "golden": "golden", "contracts": "contracts", "fuzz": "contracts.fuzz",
    "record": "record", "cassette": "record.cassette", "fake": "record.fake", "stack": "hand", "manage": "hand.manage", "look": "look",
}  # fmt: skip
"""verb -> its room below harness/jobs."""


class Verbs(click.Group):
    """Imports a verb only when it is asked for: `harness --help` stays instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(f"harness.jobs.{COMMANDS[name]}.verb"), name)
        return command


@click.command(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="harness")
def cli() -> None:
    """The IGNY8 contract-and-characterization harness."""


def main(argv: Sequence[str] | None = None) -> None:
    """Run a verb and exit: 0 ok, 1 differences, 2 usage, 3 the stack failed, 130 interrupted."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    as_json = "--json" in arguments
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
    except Exception as error:
        code = report_failure_of_ours(error, as_json=as_json)
    sys.exit(code if isinstance(code, int) else 0)
