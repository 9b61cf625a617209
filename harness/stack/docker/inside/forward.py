"""`python -m harness.stack.docker.inside.forward PORT HOST PORT`: one TCP port to another, for compose.yaml's way in."""

from __future__ import annotations

import asyncio
import sys

from harness.stack.doors import forward


async def serve(port: int, host: str, there: int) -> None:
    server = await forward.serve(f"tcp:{host}:{there}", host="0.0.0.0", port=port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
