"""Record mode only: each request is forwarded by harness.provider.record, in one worker thread, one at a time.

Nothing in the replay path imports this module's client: `Recorder.start` loads it, and only record mode calls it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from harness.core.cassette import RecordedRequest, RecordedResponse


class Recorder:
    """`record` has begin(scenario, tape, upstream, out), forward(request, scenario) and finish(scenario)."""

    def __init__(self, record: Any, upstream: str, out: Path) -> None:
        self.record = record
        self.upstream = upstream
        self.out = out
        self.worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="record")

    @classmethod
    def start(cls, upstream: str, out: Path) -> Recorder:
        return cls(import_module("harness.provider.record"), upstream, out)

    async def begin(self, scenario: str, tape: tuple[str, ...]) -> None:
        await self._run(self.record.begin, scenario, tape, self.upstream, self.out)

    async def forward(self, request: RecordedRequest, scenario: str) -> RecordedResponse:
        return await self._run(self.record.forward, request, scenario)

    async def finish(self, scenario: str) -> list[dict[str, Any]]:
        return list(await self._run(self.record.finish, scenario))

    def close(self) -> None:
        self.worker.shutdown(wait=False, cancel_futures=True)

    async def _run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.worker, partial(function, *arguments))
