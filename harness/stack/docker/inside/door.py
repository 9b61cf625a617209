"""`python -m harness.stack.docker.inside.door`: connections that arrive on standard input are made here, in the network.

Ends a minute after its standard input: whoever cleans up has removed it by then, one container at a time, as an old
engine needs it (harness.stack.docker.engine.removed_at_once).
"""

from __future__ import annotations

import asyncio
import contextlib
import sys

import uvloop

from harness.stack.doors import forward, wire

_PIECE = 1 << 16
_LINGER_S = 60


async def serve() -> None:
    loop = asyncio.get_running_loop()
    said = asyncio.StreamReader(limit=1 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(said), sys.stdin.buffer)
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, sys.stdout.buffer)
    out = asyncio.StreamWriter(transport, protocol, None, loop)
    lines: dict[int, asyncio.Queue[bytes | None]] = {}
    carried: dict[int, asyncio.Task[None]] = {}
    frames = wire.Frames()
    while data := await said.read(_PIECE):
        for kind, number, payload in frames.feed(data):
            match kind:
                case wire.OPEN:
                    lines[number] = asyncio.Queue()
                    task = loop.create_task(_carry(number, payload.decode(), lines[number], out))
                    carried[number] = task
                    task.add_done_callback(lambda _, n=number: (lines.pop(n, None), carried.pop(n, None)))
                case wire.DATA if number in lines:
                    lines[number].put_nowait(payload)
                case wire.END if number in lines:
                    lines[number].put_nowait(None)
                case wire.CLOSE if number in carried:
                    carried[number].cancel()
    await asyncio.sleep(_LINGER_S)


async def _carry(number: int, where: str, line: asyncio.Queue[bytes | None], out: asyncio.StreamWriter) -> None:
    try:
        reader, writer = await forward.connect(where)
    except OSError:
        out.write(wire.frame(wire.CLOSE, number))
        return
    try:
        async with asyncio.TaskGroup() as both:
            both.create_task(_outward(number, reader, out))
            both.create_task(_inward(line, writer))
    except* OSError:
        pass
    finally:
        writer.close()
        out.write(wire.frame(wire.CLOSE, number))


async def _outward(number: int, reader: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
    while data := await reader.read(_PIECE):
        out.write(wire.frame(wire.DATA, number, data))
        await out.drain()
    out.write(wire.frame(wire.END, number))


async def _inward(line: asyncio.Queue[bytes | None], writer: asyncio.StreamWriter) -> None:
    while (data := await line.get()) is not None:
        writer.write(data)
        await writer.drain()
    with contextlib.suppress(OSError, RuntimeError):
        writer.write_eof()


if __name__ == "__main__":
    uvloop.run(serve())
