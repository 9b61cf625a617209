"""The floor: the smallest honest HTTPS server in Python. asyncio.Protocol on uvloop, httptools, one fixed answer.

python bench/fake_static.py TLS_DIR BODY_BYTES      prints "ready TLS_PORT PLAIN_PORT"; ends with its standard input
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import httptools
import uvloop

from harness.provider import tls

ANSWER = b""


class Static(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_complete(self) -> None:
        self.transport.write(ANSWER)


async def main() -> None:
    loop = asyncio.get_running_loop()
    context = tls.server_context(tls.issue(Path(sys.argv[1]), ["api.openai.com"]))
    secure = await loop.create_server(Static, "127.0.0.1", 0, ssl=context)
    plain = await loop.create_server(Static, "127.0.0.1", 0)
    print("ready", *(server.sockets[0].getsockname()[1] for server in (secure, plain)), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


size = int(sys.argv[2])
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (size, b"x" * size)
uvloop.run(main())
