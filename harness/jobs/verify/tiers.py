"""Which tiers this machine can run, and what their stored runs came to beside each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from harness.backend.python.interpreter import together
from harness.core.config import Config
from harness.core.errors import HarnessError
from harness.core.tier import TierRun
from harness.core.verdict import Verdict, worst
from harness.jobs.verify.judge import tiers_agree
from harness.judge.golden import canonical
from harness.store import history
from harness.store import runs as store


def refusal(tier: str, config: Config) -> str:
    """Why this machine cannot run `tier` at all, in one line; "" when it can be tried. A broken description raises."""
    try:
        _PROBES[tier](config)
    except HarnessError as error:
        if error.code.startswith("config-"):
            raise
        return f"{error.message} ({error.hint})"
    return ""


def judged(config: Config, ran: TierRun) -> TierRun:
    """With what the tier's stored run came to; as it is when nothing was stored."""
    assert ran.folder is not None
    try:
        verdicts = store.read_verdict(ran.folder)
        sha256 = canonical.canonical_hash(history.events(ran.folder / store.HISTORY), config.ledger)
    except HarnessError:
        return ran
    return replace(ran, status=worst(verdicts), sha256=sha256)


def compared(config: Config, ran: Mapping[str, TierRun]) -> list[Verdict]:
    """Every cell of every tier that was judged, against the first of them."""
    seen = {
        tier: canonical.canonical_cells(history.events(one.folder / store.HISTORY), config.ledger)
        for tier, one in ran.items()
        if one.status is not None and one.folder is not None
    }
    return tiers_agree(seen)


def _docker(config: Config) -> None:
    from harness.stack.docker import engine, settings

    settings.read(config)
    engine.connect().close()


def _inprocess(config: Config) -> None:
    from harness.stack.inprocess.running import check_roles

    check_roles(config.roles)
    together(config, "the inprocess tier")


_PROBES: Mapping[str, Callable[[Config], None]] = {
    "inprocess": _inprocess,
    "processes": lambda config: None,
    "docker": _docker,
}
