"""The fake on a port of its own, until it is interrupted."""

from __future__ import annotations

import asyncio
import signal
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import uvloop

from harness.core.errors import HarnessError
from harness.jobs.record.fake.values import Asked, Standing
from harness.provider import cassettes
from harness.provider.cassettes.folder import files
from harness.provider.fake import faults
from harness.provider.fake.config import FakeConfig, parse
from harness.provider.fake.process import serving
from harness.provider.fake.service import Service
from harness.provider.fake.tape.match import Recording, unanswered
from harness.provider.profiles import profile_for


def serve(
    folder: Path, hosts: Sequence[str], address: str, port: int, specs: Sequence[str], seed: int, stands: Callable[[Standing], None],
) -> Asked:  # fmt: skip
    """Speak for `hosts` what `folder` holds, with the faults `specs` over it; `stands` is called once it listens.

    Raises cassette-missing, beside what a cassette, a host and a fault raise.
    """
    armed = tuple(faults.parse(spec) for spec in specs)
    with tempfile.TemporaryDirectory(prefix="harness-fake-") as scratch:
        config = parse({"listen": [[address, port]], "hosts": _kinds(hosts), "tls_dir": scratch, "seed": seed})
        return uvloop.run(_until_interrupted(config, folder, armed, stands))


def _kinds(names: Sequence[str]) -> list[str] | dict[str, str]:
    """Host -> kind, where any of them says one."""
    if not any("=" in name for name in names):
        return list(names)
    parted = [name.partition("=") for name in names]
    return {host.strip(): kind.strip() or profile_for(host.strip()).kind for host, _, kind in parted}


async def _until_interrupted(
    config: FakeConfig, folder: Path, armed: tuple[faults.Fault, ...], stands: Callable[[Standing], None]
) -> Asked:
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with serving(config, told.set) as (service, ports):
        wanted = _load(service, folder, armed)
        stands(_standing(config, ports[0], wanted))
        await told.wait()
        return Asked(calls=service.epoch.report(), unplayed=service.epoch.tape.unplayed())


def _load(service: Service, folder: Path, armed: tuple[faults.Fault, ...]) -> tuple[Recording, ...]:
    played = {folder.name: folder} if folder.is_file() else files(folder)
    recordings = [one for name, path in played.items() for one in service.prepare(cassettes.read(path, name))]
    wanted = tuple(one for one in recordings if service.serves(one.host))
    if not wanted:
        there = ", ".join(sorted({one.host for one in recordings})) or "no recording"
        raise HarnessError(
            f"{folder} has nothing recorded for {', '.join(service.hosts)}",
            hint=f"it has {there}",
            code="cassette-missing",
        )
    service.load("", wanted, armed)
    return wanted


def _standing(config: FakeConfig, port: int, wanted: tuple[Recording, ...]) -> Standing:
    return Standing(
        address=config.listen[0].address,
        port=port,
        bundle=config.tls_dir / "ca.pem",
        hosts=sorted({*config.hosts, *(one.host for one in wanted)}),
        recordings=len(wanted),
        unanswered=unanswered(wanted),
    )
