"""`harness fake`: the provider fake alone, for anybody's backend. Prints what to set, and at the end what was asked."""

from __future__ import annotations

import asyncio
import json
import signal
import tempfile
from pathlib import Path

import click
import uvloop

from harness.core.errors import DIFFERENCES, OK, HarnessError
from harness.core.history import Call
from harness.provider import cassettes
from harness.provider.cassettes import folder as folders
from harness.provider.fake import faults
from harness.provider.fake.config import FakeConfig, parse
from harness.provider.fake.process import serving
from harness.provider.fake.service import Service
from harness.provider.fake.tape.match import Recording, unanswered
from harness.provider.profiles import profile_for


@click.command()
@click.option(
    "--cassettes",
    "folder",
    type=click.Path(path_type=Path, exists=True),
    required=True,
    help="A cassette, or a folder of them; read in the order of their names.",
)
@click.option("--hosts", required=True, help="Provider hosts to speak for: api.openai.com,openrouter.ai=openai")
@click.option("--address", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=0, show_default=True, help="Port; 0 takes a free one.")
@click.option(
    "--fault",
    "specs",
    multiple=True,
    metavar="SPEC",
    help="KIND[:MATCH][@CALL][,NAME=VALUE]..., for example 'http_429:openai *@1,retry_after_s=0'. Repeatable.",
)
@click.option("--seed", default=0, show_default=True, help="Seed of faults with a probability.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of text.")
def fake(folder: Path, hosts: str, address: str, port: int, specs: tuple[str, ...], seed: int, as_json: bool) -> int:
    """Replay recorded provider traffic over HTTPS, each recording once, until Ctrl-C.

    Exits with 1 when a request was refused because nothing recorded fits it.
    """
    names = [host.strip() for host in hosts.split(",") if host.strip()]
    if not names:
        raise HarnessError("--hosts names no host", hint="--hosts api.openai.com,api.runware.ai", code="usage")
    armed = tuple(faults.parse(spec) for spec in specs)
    with tempfile.TemporaryDirectory(prefix="harness-fake-") as scratch:
        config = parse({"listen": [[address, port]], "hosts": _kinds(names), "tls_dir": scratch, "seed": seed})
        calls, unplayed = uvloop.run(_until_interrupted(config, folder, armed, as_json))
    return _summary(calls, unplayed, as_json)


def _kinds(names: list[str]) -> list[str] | dict[str, str]:
    """Host -> kind, where any of them says one."""
    if not any("=" in name for name in names):
        return names
    parted = [name.partition("=") for name in names]
    return {host.strip(): kind.strip() or profile_for(host.strip()).kind for host, _, kind in parted}


async def _until_interrupted(
    config: FakeConfig, folder: Path, armed: tuple[faults.Fault, ...], as_json: bool
) -> tuple[list[Call], list[dict[str, object]]]:
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with serving(config, told.set) as (service, ports):
        wanted = _load(service, folder, armed)
        _announce(config, ports[0], wanted, as_json)
        await told.wait()
        return service.epoch.report(), service.epoch.tape.unplayed()


def _load(service: Service, folder: Path, armed: tuple[faults.Fault, ...]) -> tuple[Recording, ...]:
    files = {folder.name: folder} if folder.is_file() else folders.files(folder)
    recordings = [one for name, path in files.items() for one in service.prepare(cassettes.read(path, name))]
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


def _announce(config: FakeConfig, port: int, wanted: tuple[Recording, ...], as_json: bool) -> None:
    address = config.listen[0].address
    bundle = config.tls_dir / "ca.pem"
    hosts = sorted({*config.hosts, *(one.host for one in wanted)})
    cut = unanswered(wanted)
    if as_json:
        made = {"port": port, "ca_bundle": str(bundle), "hosts": hosts, "recordings": len(wanted), "unanswered": cut}
        click.echo(json.dumps(made))
        return
    click.echo(f"{len(wanted)} recordings on https://{address}:{port} for {', '.join(hosts)}")
    click.echo(
        f"\nTrust its CA (and nothing else):\n  export REQUESTS_CA_BUNDLE={bundle}\n  export SSL_CERT_FILE={bundle}"
    )
    for line in cut:
        click.echo(f"\n{line}")
    click.echo("\nSend the traffic there, by base URL:")
    for host in hosts:
        click.echo(f"  https://localhost:{port}/{host}/...   for   https://{host}/...")
    if port == 443:
        click.echo("\nor, with hard-coded URLs, by /etc/hosts:")
        for host in hosts:
            click.echo(f"  {address} {host}")
    else:
        click.echo(
            "\nHard-coded URLs need --port 443 and lines in /etc/hosts: " + ", ".join(f"{address} {h}" for h in hosts)
        )
    click.echo("\nCtrl-C ends it.")


def _summary(calls: list[Call], unplayed: list[dict[str, object]], as_json: bool) -> int:
    refused = [call for call in calls if call.disposition in ("unmatched", "invalid")]
    if as_json:
        counts = {"calls": len(calls), "unmatched": len(refused), "unplayed": len(unplayed)}
        click.echo(json.dumps(counts))
    else:
        click.echo(f"\n{len(calls)} calls, {len(refused)} unmatched, {len(unplayed)} recordings not played")
        for call in refused:
            click.echo(f"  {call.route}: {call.nearest['hint'] if call.nearest else 'nothing recorded'}")
    return DIFFERENCES if refused else OK
