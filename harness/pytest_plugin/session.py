"""One pytest session's stack: planned before the target's settings are read, booted when the first test needs it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from harness.backend import scenarios
from harness.backend.at_phase import at_phase
from harness.backend.description import load
from harness.backend.python.interpreter import together
from harness.cell.live import Live, boot
from harness.core.config import Config
from harness.core.scenario import Cell, Scenario
from harness.run import judged, preflight
from harness.run import plan as plans
from harness.stack.inprocess import interpreter, stack
from harness.stack.isolation import guard, hook
from harness.stack.isolation.island import Island
from harness.stack.processes.boot import plan
from harness.stack.processes.running import Stack
from harness.verb.target import ready


@dataclass(kw_only=True)
class Session:
    """`resources` holds folder, environment and, once booted, the stack; `close` lets go of them in reverse order."""

    config: Config
    island: Island
    planned: Stack
    resources: ExitStack
    _live: Live | None = field(default=None, repr=False)

    @classmethod
    def plan(cls, file: Path, phase: int | None) -> Session:
        """Make this process the target's interpreter, with the environment that a boot will fit. Starts nothing yet
        but the guard. Raises HarnessError config-*, phase-*, target-*."""
        resources = ExitStack()
        try:
            config = ready(at_phase(load(file.resolve()), phase), isolation="auto")
            together(config, "the pytest plugin")
            folder = resources.enter_context(guard.guarded_folder())
            why = "the start-up hook, in pytest's own process"
            island = Island(kind="hook", why=why, run_dir=folder, hosts=hook.addresses(config.provider_names))
            planned = plan(config, island)
            resources.enter_context(
                interpreter.within(config.root, stack.environment_of(planned), folder / "logs", move=False)
            )
            interpreter.guard_network()
        except BaseException:
            resources.close()
            raise
        return cls(config=config, island=island, planned=planned, resources=resources)

    @cached_property
    def scenarios(self) -> dict[str, Scenario]:
        return scenarios.load(self.config)

    @cached_property
    def law(self) -> judged.Law:
        return judged.read_law(self.config, self.scenarios)

    def cells(self, patterns: Iterable[str] = ()) -> tuple[Cell, ...]:
        """Raises plan-empty for a pattern that fits nothing."""
        return self._plan(patterns).cells

    def live(self) -> Live:
        """The booted stack. Raises what booting raises, once and again."""
        if self._live is None:
            self._live = self.resources.enter_context(
                boot(self.config, self.island, tier="inprocess", planned=self.planned)
            )
        return self._live

    def checked(self, cell: Cell) -> Cell:
        """`cell`, whose steps the target can be asked for and whose cassettes can be played."""
        preflight.check(self.config, plans.of_cells(cell, phase=self.config.phase, tier="inprocess"))
        return cell

    def reset(self) -> None:
        """The database as the migrations left it, and nothing in the line."""
        live = self.live()
        live.broker.reset()
        live.clean()

    def close(self) -> None:
        self._live = None
        self.resources.close()

    def _plan(self, patterns: Iterable[str]) -> plans.Plan:
        return plans.make(self.scenarios, only=patterns, phase=self.config.phase, tier="inprocess")
