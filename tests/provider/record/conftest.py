"""Requests as the fake hands them to the recorder, and a recording that is always closed."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from harness.core.cassette import RecordedRequest
from harness.provider import record
from tests.provider.simulator.ask import CHAT, POSTS, RUNWARE, basic, say, task

SCENARIO = "writer/generate_content"
KEY = "sk-replay-3f9a0c7712bd4e55"


def request(uri: str, body: Any, key: str = f"Bearer {KEY}", **headers: str) -> RecordedRequest:
    sent = {"Authorization": (key,), "Content-Type": ("application/json",), "User-Agent": ("python-requests/2",)}
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return RecordedRequest(method="POST", uri=uri, headers={**sent, **{k: (v,) for k, v in headers.items()}}, body=raw)


def usual(text: str = "Say hello to the harbour") -> list[RecordedRequest]:
    """One request for each provider, with a fresh task id, as a backend would send them."""
    drawing = task("runware:97@1", width=1024, height=1024, taskUUID=str(uuid.uuid4()))
    return [
        request(CHAT, say(text)),
        request(RUNWARE, [drawing]),
        request(POSTS, {"title": "Harbour", "content": "<p>Hello</p>", "status": "publish"}, basic()),
    ]


@pytest.fixture
def recording(tmp_path):
    """run(requests, **options) -> (answers, entries): one recording from begin to finish."""

    def run(requests, *, finish=None, upstream="simulator", tape=(), **options):
        record.begin(SCENARIO, tape, upstream, tmp_path / "cassettes", **options)
        answers = [record.forward(one, SCENARIO) for one in requests]
        return answers, record.finish(SCENARIO, **(finish or {}))

    yield run
    record.abort(SCENARIO)
