"""The real Runware SDKs, unmodified, against the fake over TLS; each runs in a process that trusts only the fake's CA.

`runware` (WebSocket) and `runware-sdk` (WebSocket and REST) share one package name, so a machine has one or the other;
what is not importable is skipped with that reason.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.provider.fake.conftest import Fake, recorded

URL = "https://api.runware.ai/v1"

PROBE = "import runware; print('server' if hasattr(runware, 'RunwareServer') or not hasattr(runware, 'SDKConfig') else 'sdk')"

SDK = """
import asyncio, json, sys
from runware import Runware
transport, port = sys.argv[1:]
async def main():
    async with Runware(api_key="k", transport=transport, ws_base_url=f"wss://localhost:{port}/ws-api.runware.ai/v1",
                       http_base_url=f"https://localhost:{port}/api.runware.ai/v1", max_retries=0) as client:
        task = {"taskType": "imageInference", "model": "runware:97@1", "positivePrompt": "a house",
                "width": 1024, "height": 1024}
        found = await client.run(task)
        print(json.dumps([dict(item) for item in found]))
asyncio.run(main())
"""

SERVER = """
import asyncio, json, sys
from runware import Runware, IImageInference
_, port = sys.argv[1:]
async def main():
    client = Runware(api_key="k", url=f"wss://localhost:{port}/ws-api.runware.ai/v1")
    await client.connect()
    found = await client.imageInference(requestImage=IImageInference(
        positivePrompt="a house", model="runware:97@1", width=1024, height=1024))
    print(json.dumps([{"taskUUID": i.taskUUID, "imageURL": i.imageURL} for i in found]))
    await client.disconnect()
asyncio.run(main())
"""


def installed() -> str:
    found = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, timeout=60, check=False)
    return found.stdout.strip()


@pytest.fixture(scope="module")
def kind() -> str:
    return installed()


def run(fake: Fake, script: str, transport: str) -> list[dict]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("SSL_CERT")}
    found = subprocess.run(
        [sys.executable, "-c", script, transport, str(fake.port)],
        env=environment | {"SSL_CERT_FILE": str(fake.ca)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert found.returncode == 0, (found.stderr[-3000:], fake.report().calls)
    return json.loads(found.stdout)


def what_it_sends(fake: Fake, script: str, transport: str) -> dict:
    """The task as this SDK version writes it, learnt from a refused first run."""
    fake.load()
    with pytest.raises(AssertionError):
        run(fake, script, transport)
    call = fake.report().calls[0]
    assert call.disposition == "unmatched"
    return call.request


@pytest.mark.parametrize("transport", ["rest", "websocket"])
def test_runware_sdk_draws_an_image(fake, kind, transport):
    """runware-sdk over REST and over its WebSocket: the recorded image arrives under the SDK's own taskUUID."""
    if kind != "sdk":
        pytest.skip("the distribution runware-sdk is not the one that is importable as runware")
    check(fake, SDK, transport)


def test_runware_draws_an_image_over_its_websocket(fake, kind):
    """runware (the older SDK): connect, authenticate, draw; the answer finds its request by taskUUID."""
    if kind != "server":
        pytest.skip("the distribution runware is not the one that is importable as runware")
    check(fake, SERVER, "websocket")


def check(fake: Fake, script: str, transport: str) -> None:
    sent = what_it_sends(fake, script, transport)
    drawn = {
        "taskType": "imageInference",
        "taskUUID": sent[0]["taskUUID"],
        "imageUUID": "i",
        "imageURL": "https://im/i",
    }
    fake.load(recorded("POST", URL, sent, {"data": [drawn]}))
    (found,) = run(fake, script, transport)
    (call,) = fake.report().calls
    assert found["imageURL"] == "https://im/i"
    assert found["taskUUID"] == call.request[0]["taskUUID"] != sent[0]["taskUUID"]
    assert (call.disposition, call.images, call.model) == ("played", 1, "runware:97@1")
