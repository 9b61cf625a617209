"""`python -m harness.provider.fake --config FILE`: the fake as a process of its own.

Prints "ready PORT" when it listens. Ends on SIGTERM, SIGINT, when its standard input reaches its end, or when its
parent dies: it never outlives the harness.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import errno
import gc
import os
import signal
import socket
import ssl
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import uvloop

from harness.core.cassette import RecordedRequest, RecordedResponse
from harness.core.errors import HarnessError, StackError
from harness.provider import tls
from harness.provider.fake.calls import Validate
from harness.provider.fake.config import FakeConfig, Listen, load
from harness.provider.fake.control.server import Control, ControlConnection
from harness.provider.fake.mail import Mail
from harness.provider.fake.names import Names
from harness.provider.fake.recording import Recorder
from harness.provider.fake.service import Forward, Service
from harness.provider.fake.wire.connection import Connection
from harness.provider.profiles import name_of

SWEEP_S = 1.0
HANDSHAKE_TIMEOUT_S = 20.0
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str] | None = None) -> int:
    """Run until told to stop; returns the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        if len(arguments) != 2 or arguments[0] != "--config":
            raise HarnessError("the fake needs its configuration", hint="--config FILE", code="fake-config")
        config = load(Path(arguments[1]))
        _die_with_parent()
        # recordings live as long as the process: walking them in every full collection would cost more than serving
        gc.set_threshold(100_000, 50, 100)
        gc.freeze()
        gc.enable()
        uvloop.run(_serve_until_told(config))
    except HarnessError as error:
        print(f"error: {error.message}\n hint: {error.hint}\n code: {error.code}", file=sys.stderr, flush=True)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    return 0


@asynccontextmanager
async def serving(config: FakeConfig, stop: Callable[[], None]) -> AsyncIterator[tuple[Service, list[int]]]:
    """Everything listening: the service and the ports, one for each `listen` item. Raises StackError port-in-use."""
    recorder = Recorder.start(config) if config.mode == "record" else None
    service = Service(
        hosts=config.hosts,
        folder=config.cassettes,
        cache=config.cache,
        validate=validator(config.contracts),
        forward=recorder.forward if recorder else simulated(config) if config.mode == "simulate" else None,
        seed=config.seed,
    )
    loop = asyncio.get_running_loop()
    connections: set[Connection] = set()
    servers: list[asyncio.AbstractServer] = []
    names_of_hosts = [*map(name_of, config.hosts)]
    context = secure(
        service,
        tls.server_context(tls.issue(config.tls_dir, names_of_hosts)),
        lambda: tls.stranger_context(names_of_hosts),
    )
    service.idle = lambda: [one.transport for one in connections if one.idle]
    sweeper = loop.create_task(_sweep(connections))
    names = None
    try:
        if config.names is not None:
            names = _names(config)
            loop.add_reader(names.socket, names.answer)
        for where in config.listen:
            servers.append(
                await loop.create_server(
                    partial(Mail, service)
                    if where.mail
                    else partial(Connection, service, connections, watched=where.watched),
                    sock=_listening(where),
                    ssl=context if where.tls else None,
                    ssl_handshake_timeout=HANDSHAKE_TIMEOUT_S if where.tls else None,
                )
            )
        ports = [server.sockets[0].getsockname()[1] for server in servers]
        if config.control is not None:
            config.control.parent.mkdir(parents=True, exist_ok=True)
            config.control.unlink(missing_ok=True)
            control = Control(service, recorder, stop, config.mode, names)
            servers.append(await loop.create_unix_server(lambda: ControlConnection(control), str(config.control)))
        yield service, ports
    finally:
        sweeper.cancel()
        for server in servers:
            server.close()
        for connection in list(connections):
            connection.transport.abort()
        if names is not None:
            loop.remove_reader(names.socket)
            names.close()
        if recorder is not None:
            recorder.close()
        if config.control is not None:
            config.control.unlink(missing_ok=True)


def secure(
    service: Service, context: ssl.SSLContext, stranger: Callable[[], ssl.SSLContext] | None = None
) -> ssl.SSLContext:
    """Let the service's `tls` faults fail handshakes, note which server a client names, and show a certificate of `stranger` where one is
    laid over the answers."""
    made: list[ssl.SSLContext] = []

    def choose(connection: ssl.SSLObject, server_name: str | None, _: object) -> int | None:
        service.handshakes.server_names[connection] = server_name or ""
        if service.refuses_handshake(server_name):
            return ssl.ALERT_DESCRIPTION_HANDSHAKE_FAILURE
        if stranger is not None and service.untrusted:
            if not made:
                made.append(stranger())
            connection.context = made[0]
            service.handshakes.distrusted.add(connection)
        return None

    context.sni_callback = choose
    return context


def validator(folder: Path | None) -> Validate | None:
    """The request checks of harness.provider.contracts over `folder`; None when no folder is given."""
    if folder is None:
        return None
    from harness.provider import contracts  # not needed, and not loaded, without a folder

    loaded = contracts.load(folder)
    return lambda provider, method, path, body: contracts.request_problems(provider, method, path, body, loaded)


def simulated(config: FakeConfig) -> Forward:
    """Answers from the simulator, in this process: the same request is answered alike, however often it comes."""
    from harness.provider import simulator  # not needed, and not loaded, in replay

    own = simulator.NOTHING if config.answers is None else simulator.read(config.answers)

    async def forward(request: RecordedRequest, _: str) -> RecordedResponse:
        return simulator.answer(request, config.seed, answers=own, declared=config.hosts)

    return forward


async def _serve_until_told(config: FakeConfig) -> None:
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    async with serving(config, told.set) as (_, ports):
        threading.Thread(target=_until_input_ends, args=(loop, told), daemon=True).start()
        print("ready", *ports, flush=True)
        await told.wait()


def _until_input_ends(loop: asyncio.AbstractEventLoop, told: asyncio.Event) -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    with contextlib.suppress(RuntimeError):  # the loop may have ended first
        loop.call_soon_threadsafe(told.set)


async def _sweep(connections: set[Connection]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(SWEEP_S)
        now = loop.time()
        for connection in list(connections):
            connection.sweep(now)


def _names(config: FakeConfig) -> Names:
    address, port = config.names or ("", 0)
    try:
        return Names(address, port, (*map(name_of, config.hosts), "localhost", socket.gethostname()))
    except OSError as error:
        raise _unopened(error, port, address) from None


def _listening(where: Listen) -> socket.socket:
    if where.fd is not None:
        return socket.socket(fileno=where.fd)
    family = socket.AF_INET6 if ":" in where.address else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((where.address, where.port))
    except OSError as error:
        found.close()
        raise _unopened(error, where.port, where.address) from None
    found.listen(1024)
    found.setblocking(False)
    return found


def _unopened(error: OSError, port: int, address: str) -> StackError:
    if error.errno == errno.EADDRINUSE:
        message, hint = "is in use", "stop what listens there, or choose another port"
    elif error.errno == errno.EACCES:
        message, hint = "may not be opened by this user", "choose a port above 1023"
    else:
        message, hint = f"cannot be opened: {error.strerror}", "check the address"
    return StackError(f"port {port} of {address} {message}", hint=hint, code="port-in-use")


def _die_with_parent() -> None:
    if sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died in between
        raise SystemExit(0)
