"""Send a request to the provider that its host names."""

from __future__ import annotations

from harness.core.cassette import RecordedRequest, RecordedResponse
from harness.provider.simulator.openai import api as openai
from harness.provider.simulator.runware import tasks as runware
from harness.provider.simulator.wire import read, respond
from harness.provider.simulator.wordpress import site as wordpress


def answer(request: RecordedRequest, seed: int = 0) -> RecordedResponse:
    """What the provider would answer. The same request (but for ids the client makes up) and seed give the same bytes.

    `seed` chooses among equally good answers. An unknown host gets 404: the simulator invents no provider.
    """
    asked = read(request, seed)
    if asked.host == "api.openai.com":
        return openai.answer(asked)
    if asked.host == "api.runware.ai":
        return runware.answer(asked)
    if asked.path.startswith("/wp-json/"):
        return wordpress.answer(asked)
    return respond(404, b"no such host in the simulator\n", {"Content-Type": "text/plain; charset=utf-8"})
