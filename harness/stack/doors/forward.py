"""Carry connections: what comes in at a listening socket goes to an address that the program itself can reach.

A socket stays in the network in which it was made. One that was opened before the island, and carried on it, is
therefore a way in, for whoever may connect to it.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

_PIECE = 1 << 16


@contextmanager
def carrying(ways: Mapping[socket.socket, str]) -> Iterator[None]:
    """Inside, a thread carries every connection of each listening socket to its "tcp:host:port" or "unix:/path"."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="forward", daemon=True)
    thread.start()

    async def listen() -> None:
        for sock, where in ways.items():
            await serve(where, sock=sock)

    try:
        asyncio.run_coroutine_threadsafe(listen(), loop).result()
        yield
    finally:
        # connections end with the process: whoever leaves this is about to
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


async def serve(where: str, **listening: object) -> asyncio.AbstractServer:
    """Start to carry to `where`; `listening` as asyncio.start_server's."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await connect(where)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer), return_exceptions=True)
        for one in (writer, far_writer):
            one.close()

    return await asyncio.start_server(carry, **listening)


async def connect(where: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to "tcp:host:port" or "unix:/path"."""
    how, _, rest = where.partition(":")
    if how == "unix":
        return await asyncio.open_unix_connection(rest)
    host, _, port = rest.rpartition(":")
    return await asyncio.open_connection(host, int(port))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one side has said all: the other may still answer. A side that is gone takes both."""
    try:
        while data := await reader.read(_PIECE):
            writer.write(data)
            await writer.drain()
        with contextlib.suppress(OSError, RuntimeError):
            writer.write_eof()
    except OSError:
        writer.close()
