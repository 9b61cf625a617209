"""From inside any container: nothing but the stack can be reached, and the providers' names are the fake."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from harness.stack.docker.running import DockerStack

pytestmark = pytest.mark.docker

Inside = Callable[[str, str], str]
EVERY = ("web", "worker", "fake", "postgres", "valkey", "door")

_NAMES = """
import json, socket
from concurrent.futures import ThreadPoolExecutor
def found(name):
    try:
        return socket.gethostbyname(name)
    except OSError:
        return None
names = ("example.com", "pypi.org", "registry-1.docker.io", "api.stripe.com", "host.docker.internal", "localhost.localdomain.example")
with ThreadPoolExecutor(len(names)) as pool:
    print(json.dumps({name: address for name, address in zip(names, pool.map(found, names)) if address}))
"""

_ADDRESSES = """
import json, socket
from concurrent.futures import ThreadPoolExecutor
def reached(where):
    try:
        socket.create_connection(where, 1).close()
        return True
    except OSError:
        return False
places = [tuple(place) for place in {places}]
with ThreadPoolExecutor(len(places)) as pool:
    print(json.dumps([place for place, yes in zip(places, pool.map(reached, places)) if yes]))
"""


def test_no_name_outside_the_stack_resolves(inside: Inside) -> None:
    """Claim: in no container is a resolver beyond the network's own asked, and that one knows the stack only."""
    assert everywhere(inside, _NAMES) == {name: {} for name in EVERY}


def test_no_address_outside_the_stack_answers(stack: DockerStack, inside: Inside) -> None:
    """Claim: from no container is anything reached: not the internet, not the host by any of its addresses, not the
    gateway of the own network: a listener of this very test, on every address of the host, is never reached."""
    listener = socket.create_server(("0.0.0.0", 0))
    port = listener.getsockname()[1]
    try:
        addresses = [*_own_addresses(), *_gateways(stack), "169.254.169.254"]
        places = [[address, port] for address in addresses] + [["1.1.1.1", 53], ["1.1.1.1", 443], ["8.8.8.8", 53]]
        assert everywhere(inside, _ADDRESSES.format(places=places)) == {name: [] for name in EVERY}
    finally:
        listener.close()


def test_what_is_in_the_stack_answers(inside: Inside) -> None:
    """Claim: the two tests above would see it if something answered: the same code finds database and broker."""
    code = _ADDRESSES.format(places=[["postgres", 5432], ["valkey", 6379], ["valkey", 1]])
    assert everywhere(inside, code) == {name: [["postgres", 5432], ["valkey", 6379]] for name in EVERY}
    names = _NAMES.replace('"pypi.org"', '"valkey"')
    assert {name: list(found) for name, found in everywhere(inside, names).items()} == {
        name: ["valkey"] for name in EVERY
    }


@pytest.mark.parametrize("name", ["web", "worker"])
def test_provider_hosts_reach_the_fake_with_verified_tls(stack: DockerStack, inside: Inside, name: str) -> None:
    """Claim: with its own environment an unmodified client verifies the fake's certificate under each provider's name;
    with the public authorities it refuses it."""
    hosts = sorted(stack.config.provider_names)
    code = f"""
        import certifi, json, os, requests, ssl, socket
        told = {{}}
        for host in {hosts!r}:
            told[host] = requests.get(f"https://{{host}}/", timeout=10).status_code
            with socket.create_connection((host, 443), 10) as sock:
                ssl.create_default_context().wrap_socket(sock, server_hostname=host).close()
        try:
            requests.get("https://{hosts[0]}/", timeout=10, verify=certifi.where())
            told["public"] = "accepted"
        except requests.exceptions.SSLError:
            told["public"] = "refused"
        print(json.dumps(told))
    """
    told = json.loads(inside(name, code))
    assert told.pop("public") == "refused"
    assert set(told) == set(hosts)
    assert all(status >= 400 for status in told.values()), "nothing is on the tape"


@pytest.mark.parametrize("name", EVERY)
def test_nothing_is_privileged_and_everything_is_limited(stack: DockerStack, inside: Inside, name: str) -> None:
    """Claim: as the engine and as the container itself see it: no root, no capability, no new privileges, a read-only
    system, memory and process limits, no port, no folder of the host, no namespace of the host."""
    one = stack.services.get(name) or stack.role(name)
    found = stack.place.api.inspect_container(one.id)
    host = found["HostConfig"]
    assert not host["Privileged"]
    assert host["CapDrop"] == ["ALL"]
    assert not host["CapAdd"]
    assert host["SecurityOpt"] == ["no-new-privileges"]
    assert host["ReadonlyRootfs"]
    assert host["Memory"] > 0
    assert host["PidsLimit"] > 0
    assert not host["PortBindings"]
    assert not host["Binds"]
    assert host["NetworkMode"] == stack.place.network
    assert (host["PidMode"], host["IpcMode"] in ("", "private", "shareable"), host["UsernsMode"]) == ("", True, "")
    assert {mount["Type"] for mount in found["Mounts"]} <= {"volume"}
    told = json.loads(
        inside(
            name,
            """
            import json, os
            status = dict(line.split(":\\t") for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
            try:
                open("/etc/motd.new", "w")
                wrote = True
            except OSError:
                wrote = False
            print(json.dumps([os.getuid(), int(status["CapEff"], 16), int(status["CapBnd"], 16), status["NoNewPrivs"], wrote]))
            """,
        )
    )
    assert told == [10001, 0, 0, "1", False]


def test_no_port_of_the_run_is_open_beyond_loopback(stack: DockerStack) -> None:
    """Claim: the door listens on 127.0.0.1 and on sockets that only this user may use."""
    held = {f"{port:04X}" for port in stack.ports.values()}
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    addresses = {line[1].split(":")[0] for line in lines if line[3] == "0A" and line[1].split(":")[1] in held}
    assert addresses == {"0100007F"}
    for name in (".s.PGSQL.5432", "fake.sock"):
        assert (stack.run_dir / name).stat().st_mode & 0o077 == 0
    assert stack.run_dir.parent.stat().st_mode & 0o077 == 0
    assert stack.run_dir.parent.stat().st_uid == os.geteuid()


def everywhere(inside: Inside, code: str) -> dict[str, Any]:
    """What `code` prints as JSON in each container, by its name; all at once."""
    with ThreadPoolExecutor(len(EVERY)) as pool:
        return dict(zip(EVERY, map(json.loads, pool.map(lambda name: inside(name, code), EVERY)), strict=True))


def _own_addresses() -> list[str]:
    """Every IPv4 address of this machine but loopback, from the kernel's routing table."""
    text = Path("/proc/net/fib_trie").read_text().splitlines()
    local = [text[n - 1].split()[-1] for n, line in enumerate(text) if "/32 host LOCAL" in line]
    return sorted({address for address in local if not address.startswith("127.")})


def _gateways(stack: DockerStack) -> list[str]:
    network = stack.place.api.inspect_network(stack.place.network)
    found = [one.get("Gateway", "") for one in network["IPAM"]["Config"]]
    found += [one["Subnet"].split("/")[0].rsplit(".", 1)[0] + ".1" for one in network["IPAM"]["Config"]]
    return sorted({address for address in found if address})
