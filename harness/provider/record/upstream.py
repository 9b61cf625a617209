"""Where a recorded request goes. The URL never changes: for the simulator only the TCP connection is led elsewhere.

Keys of real providers come from OPENAI_API_KEY and RUNWARE_API_KEY and from nowhere else; they are put into the outgoing
request alone. There is no public WordPress to post into: its requests always go to the simulator, and are labelled so.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import certifi
import requests
import vcr
from urllib3.util import connection
from vcr.record_mode import RecordMode

from harness.core.cassette import Interaction, RecordedRequest
from harness.core.config import MADE_UP_KEYS
from harness.core.errors import HarnessError, of_document
from harness.provider.cassettes.read import read
from harness.provider.profiles import Profile, authority_of, parse, profile_for
from harness.provider.simulator import NOTHING
from harness.provider.simulator.answers import Answers
from harness.provider.simulator.server import serving
from harness.provider.simulator.wire import ERROR_HEADER

KEYS = {kind: variable for kind, (variable, _) in MADE_UP_KEYS.items()}
TIMEOUT_S = 300
_OWN_HEADERS = frozenset(
    {
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "accept-encoding",
        "authorization",
        "expect",
        "keep-alive",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """`simulator` is its (host, port); `ca` the file that its certificate is verified with."""

    name: str
    simulator: tuple[str, int]
    ca: Path

    def origin(self, provider: str) -> str:
        return "real" if self.name == "real" and provider in KEYS else "simulator"


@contextmanager
def opened(
    name: str, staging: Path, *, seed: int, answers: Answers = NOTHING, declared: Mapping[str, Profile] | None = None
) -> Iterator[Upstream]:
    """The upstream called `name`, with a simulator of our own where none is given."""
    kind, _, rest = name.partition(":")
    if kind == "real":
        for provider, variable in KEYS.items():
            if variable in os.environ and not os.environ[variable].strip():
                raise _no_key(provider)
        if not any(variable in os.environ for variable in KEYS.values()):
            raise _no_key("openai")
    elif kind != "simulator":
        raise HarnessError(f"unknown upstream '{name}'", hint="use simulator or real", code="record-upstream")
    if rest:
        address, _, ca = rest.partition(",")
        host, _, port = address.rpartition(":")
        if not host or not port.isdigit() or not ca:
            raise HarnessError(
                f"cannot read upstream '{name}'", hint="write simulator:HOST:PORT,CA_FILE", code="record-upstream"
            )
        yield Upstream(name=kind, simulator=(host, int(port)), ca=Path(ca))
        return
    certificate = staging / "simulator-ca.pem"
    with serving(("127.0.0.1", 0), certificate, seed=seed, answers=answers, declared=declared) as running:
        yield Upstream(name=kind, simulator=(running.host, running.port), ca=running.ca)


def send(
    request: RecordedRequest, provider: str, target: Upstream, staged: Path, secrets: set[str]
) -> tuple[Interaction, str]:
    """Forward one request through vcrpy; the interaction as it came (without keys), and who answered: simulator or real.

    A key that is used for it is added to `secrets` before it leaves. Raises what the simulator does not know: answers-missing.
    """
    origin = target.origin(provider)
    headers = {name: ", ".join(values) for name, values in request.headers.items() if name.lower() not in _OWN_HEADERS}
    body = request.body
    original = next((v[0] for k, v in request.headers.items() if k.lower() == "authorization" and v), "")
    if origin == "real":
        key = os.environ.get(KEYS[provider], "").strip()
        if not key:
            raise _no_key(provider)
        secrets.add(key)
        headers["Authorization"] = f"Bearer {key}"
        body = _with_key(body, key)
        _refuse_loop(request.uri)
    elif original:
        headers["Authorization"] = original
    headers["Accept-Encoding"] = "gzip, deflate"
    recorder = vcr.VCR(
        record_mode=RecordMode.ALL,
        decode_compressed_response=True,
        filter_headers=["authorization", "cookie"],
        serializer="yaml",
    )
    try:
        with requests.Session() as session, _led(target.simulator if origin == "simulator" else None):
            session.trust_env = (
                origin == "real"
            )  # a proxy of the machine may be the only way out; never in between here
            with recorder.use_cassette(str(staged)):
                session.request(
                    request.method,
                    request.uri,
                    headers=headers,
                    data=body,
                    timeout=TIMEOUT_S,
                    allow_redirects=False,
                    verify=certifi.where() if origin == "real" else str(target.ca),
                )
    except requests.RequestException as error:
        raise HarnessError(
            f"recording {request.method} {request.uri.split('?')[0]} failed: {type(error).__name__}",
            hint="is the upstream reachable from here? without --real the simulator answers",
            code="record-upstream",
        ) from error
    came = read(staged, staged.stem)
    staged.unlink()
    if len(came.interactions) != 1:
        raise HarnessError(
            f"vcrpy recorded {len(came.interactions)} interactions for one request to {urlsplit(request.uri).hostname}",
            hint="report this with the versions of vcrpy, requests and urllib3",
            code="record-upstream",
        )
    one = came.interactions[0]
    if origin == "simulator" and any(name.lower() == ERROR_HEADER for name in one.response.headers):
        raise of_document(json.loads(one.response.body))
    return one, origin


def provider_of(uri: str, declared: Mapping[str, Profile]) -> Profile:
    return profile_for(authority_of(uri), urlsplit(uri).path, declared)


def secrets_of(request: RecordedRequest) -> set[str]:
    """Keys and passwords that a client sent: they must not stand in anything that is kept."""
    found: set[str] = set()
    for name, values in request.headers.items():
        if name.lower() in ("authorization", "x-api-key"):
            for value in values:
                kind, _, rest = value.partition(" ")
                found.add(rest.strip() or kind)
                if kind.lower() == "basic":
                    found |= _password(rest.strip())
    tasks = parse(request.body)
    if isinstance(tasks, list):
        found |= {str(task["apiKey"]) for task in tasks if isinstance(task, dict) and task.get("apiKey")}
    return {secret for secret in found if len(secret) >= 6}


def _password(value: str) -> set[str]:
    try:
        _, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return set()
    return {password} if password else set()


def _with_key(body: bytes, key: str) -> bytes:
    """Runware also takes the key as a first task in the body."""
    tasks: Any = parse(body)
    if not isinstance(tasks, list) or not any(isinstance(t, dict) and "apiKey" in t for t in tasks):
        return body
    return json.dumps([{**t, "apiKey": key} if isinstance(t, dict) and "apiKey" in t else t for t in tasks]).encode()


@contextmanager
def _led(address: tuple[str, int] | None) -> Iterator[None]:
    """Inside, every TCP connection of urllib3 goes to `address`; name, TLS and Host header stay those of the URL."""
    if address is None:
        yield
        return
    original = connection.create_connection

    def connect(_asked: tuple[str, int], *args: Any, **options: Any) -> socket.socket:
        return original(address, *args, **options)

    connection.create_connection = connect
    try:
        yield
    finally:
        connection.create_connection = original


def _refuse_loop(uri: str) -> None:
    """Inside the stack a provider's name is the fake's address: forwarding there would record ourselves."""
    host = urlsplit(uri).hostname or ""
    try:
        addresses = {info[4][0] for info in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)}
    except OSError:
        return  # behind a proxy names may not resolve; the request itself will tell
    if any(ipaddress.ip_address(address.split("%")[0]).is_loopback for address in addresses):
        raise HarnessError(
            f"{host} resolves to this machine, so that a real recording would record the fake",
            hint="`harness record --real` leaves the namespace by itself; a program of your own must too",
            code="record-loop",
        )


def _no_key(provider: str) -> HarnessError:
    return HarnessError(
        f"recording from the real {provider} needs a key",
        hint=f"set {KEYS[provider]} in the environment, or record without --real: the simulator answers",
        code="record-no-key",
    )
