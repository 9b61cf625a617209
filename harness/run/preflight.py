"""What can be known to be wrong before anything starts: a way to ask that an operation lacks, a cassette that cannot be played."""

from __future__ import annotations

from harness.cell.drive import steps_for
from harness.cell.webhook import secret_of, signature
from harness.core.config import Config
from harness.core.scenario import Do, Webhook
from harness.provider import cassettes
from harness.run.plan import Plan
from harness.stack.roles import clock
from harness.store import cache

TAPES = "tapes"
"""Below the cache folder: parsed cassettes. The fake plays from there, so nothing is parsed twice."""


def check(config: Config, plan: Plan) -> None:
    """Raise the first problem: operation-path, webhook-scheme, webhook-secret, cassette-missing, -syntax, -unsafe, -dialect, -hash,
    clock-real, clock-none."""
    if config.begins:
        clock.movable(config)
    for cell in plan.cells:
        for step in steps_for(cell.scenario, cell.path):
            if isinstance(step, Do):
                step.on(cell.path)
            elif isinstance(step, Webhook):
                signature(step, secret_of(config, step), b"", 0.0)
    kept = cache.folder(config.source.parent) / TAPES
    for name in dict.fromkeys(name for cell in plan.cells for name in cell.scenario.tape):
        cassettes.read(config.cassettes / f"{name}.yaml", name, cache=kept)
