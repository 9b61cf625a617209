"""What of the target's code a run reached, told to its history, and kept beside it line by line."""

from __future__ import annotations

from pathlib import Path

from harness.backend import branches
from harness.cell.observe import Tell
from harness.core.code import fields_of
from harness.core.config import Config
from harness.stack.roles.trace import ARCS, Trace
from harness.store import arcs


def tell_code(config: Config, trace: Trace, folder: Path, tell: Tell) -> None:
    """Once the stack is down; nothing where nothing was noted. Raises StackError trace-empty."""
    if trace.folder is None:
        return
    paths = branches.sources(config)
    arcs.keep(folder, config.root, arcs.noted(trace.folder / ARCS, trace.cells), paths)
    functions = branches.functions(config.root, folder, paths)
    tell("reached", {"functions": fields_of(functions), "left_out": list(branches.idle_patterns(config))})
