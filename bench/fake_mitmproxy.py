"""mitmproxy's server replay as a peer: the same recordings from a HAR file, the same clients, its own CPU."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import uvloop

from harness.core.cassette import Interaction


def cost_us(
    program: str, folder: Path, found: tuple[Interaction, ...], *, server_cpu: Callable[[int], int], drive: Callable
) -> float:
    """CPU microseconds a request of `mitmdump --server-replay`, as a reverse proxy whose upstream does not exist."""
    archive = folder / "flows.har"
    archive.write_text(json.dumps({"log": {"version": "1.2", "creator": {"name": "bench"}, "entries": entries(found)}}))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "--quiet", "--mode", "reverse:http://api.openai.com:80@" + str(port), "-S", str(archive)]
    options = ("server_replay_extra=kill", "connection_strategy=lazy", "listen_host=127.0.0.1", f"confdir={folder}")
    process = subprocess.Popen([*command, *(word for option in options for word in ("--set", option))])
    try:
        deadline = time.monotonic() + 60
        while socket.socket().connect_ex(("127.0.0.1", port)):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("mitmdump did not start")
            time.sleep(0.1)
        bodies = [one.request.body for one in found]
        began = server_cpu(process.pid)
        good = uvloop.run(drive(port, bodies, None))
        if good != len(bodies):
            raise SystemExit(f"mitmproxy answered {good} of {len(bodies)} requests")
        return (server_cpu(process.pid) - began) / len(bodies) / 1000
    finally:
        process.terminate()
        process.wait(20)


def entries(found: tuple[Interaction, ...]) -> list[dict]:
    made = []
    for one in found:
        body, text = one.request.body.decode(), one.response.body.decode()
        pairs = [{"name": name, "value": values[0]} for name, values in one.response.headers.items()]
        pairs.append({"name": "content-length", "value": str(len(one.response.body))})
        made.append(
            {
                "startedDateTime": "2026-01-01T00:00:00Z",
                "time": 1,
                "request": {
                    "method": "POST",
                    "url": one.request.uri.replace("https://", "http://"),
                    "httpVersion": "HTTP/1.1",
                    "headers": [{"name": "content-type", "value": "application/json"}],
                    "queryString": [],
                    "cookies": [],
                    "postData": {"mimeType": "application/json", "text": body},
                    "headersSize": -1,
                    "bodySize": len(body),
                },
                "response": {
                    "status": 200,
                    "statusText": "OK",
                    "httpVersion": "HTTP/1.1",
                    "headers": pairs,
                    "cookies": [],
                    "content": {"size": len(text), "mimeType": "application/json", "text": text},
                    "redirectURL": "",
                    "headersSize": -1,
                    "bodySize": len(text),
                },
                "cache": {},
                "timings": {"send": 0, "wait": 0, "receive": 0},
                "serverIPAddress": "127.0.0.1",
            }
        )
    return made
