"""Record mode only: each request is forwarded by harness.provider.record, in one worker thread, one at a time.

Nothing in the replay path imports this module's client: `Recorder.start` loads it, and only record mode calls it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from typing import Any

from harness.core.cassette import RecordedRequest, RecordedResponse
from harness.provider.fake.config import FakeConfig


class Recorder:
    """`record` has begin(scenario, tape, upstream, out), forward(request, scenario) and finish(scenario)."""

    def __init__(self, record: Any, config: FakeConfig) -> None:
        self.record = record
        self.config = config
        self.worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="record")

    @classmethod
    def start(cls, config: FakeConfig) -> Recorder:
        return cls(import_module("harness.provider.record"), config)

    async def begin(self, scenario: str, tape: tuple[str, ...]) -> None:
        config = self.config
        begin = partial(
            self.record.begin,
            seed=config.seed,
            overwrite=config.overwrite,
            dry_run=config.dry_run,
            providers=config.hosts,
            answers=config.answers,
        )
        await self._run(begin, scenario, tape, config.upstream, config.out)

    async def forward(self, request: RecordedRequest, scenario: str) -> RecordedResponse:
        return await self._run(self.record.forward, request, scenario)

    async def finish(self, scenario: str) -> list[dict[str, Any]]:
        return list(await self._run(self.record.finish, scenario))

    def close(self) -> None:
        self.worker.shutdown(wait=False, cancel_futures=True)

    async def _run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.worker, partial(function, *arguments))
