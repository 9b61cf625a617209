"""The unix control socket of a running fake; client.py has the table of operations."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from harness.core.errors import HarnessError, StackError
from harness.core.scenario import Fault
from harness.provider.fake.names import Names
from harness.provider.fake.recording import Recorder
from harness.provider.fake.service import Service

TURNS = 8
"""Turns of the loop in which the end of a connection is read, passes through TLS and is told: three, and some to spare."""


class Control:
    """The operations. `recorder` is None but in record mode, `names` where no name server runs."""

    def __init__(
        self,
        service: Service,
        recorder: Recorder | None,
        stop: Callable[[], None],
        mode: str,
        names: Names | None = None,
    ) -> None:
        self.service = service
        self.recorder = recorder
        self.names = names
        self.stop_fake = stop
        self.mode = mode

    async def do(self, asked: dict[str, Any]) -> dict[str, Any]:
        op = asked.get("op")
        known = {
            "load": self.load,
            "report": self.report,
            "wait_held": self.wait_held,
            "wait_calls": self.wait_calls,
            "wait_ended": self.wait_ended,
            "release": self.release,
            "finish": self.finish,
            "ping": self.ping,
            "stop": self.stop,
        }
        if op not in known:
            raise _bad(f"unknown operation {op!r}", "known: " + ", ".join(known))
        return await known[op](asked)

    async def load(self, asked: dict[str, Any]) -> dict[str, Any]:
        scenario, tape = str(asked.get("scenario", "")), [str(name) for name in asked.get("tape", [])]
        faults = tuple(_fault(raw) for raw in asked.get("faults", []))
        key = bytes.fromhex(str(asked.get("key", "")))
        if self.recorder is not None:
            epoch = self.service.load(scenario, (), faults, key)
            await self.recorder.begin(scenario, tuple(tape))
        elif self.mode == "simulate":
            epoch = self.service.load(scenario, (), faults, key)
        else:
            recordings = tuple(one for name in tape for one in self.service.recordings(name))
            laid = asked.get("laid")
            epoch = self.service.load(
                scenario, recordings, faults, key, None if laid is None else tuple(map(str, laid))
            )
        await self.service.handshakes.dropped()
        return {"interactions": len(epoch.tape.slots)}

    async def report(self, asked: dict[str, Any]) -> dict[str, Any]:
        epoch = self.service.epoch
        return {
            "calls": [asdict(call) for call in epoch.report()],
            "unplayed": epoch.tape.unplayed(),
            "held": epoch.holding,
            "late": self.service.late,
            "undeclared": [] if self.names is None else self.names.taken(),
        }

    async def wait_held(self, asked: dict[str, Any]) -> dict[str, Any]:
        epoch, nth = self.service.epoch, int(asked.get("nth", 1))
        met = await self.service.wait_until(lambda: epoch.held_so_far >= nth, float(asked.get("timeout_s", 30)))
        return {"held": met}

    async def wait_calls(self, asked: dict[str, Any]) -> dict[str, Any]:
        epoch, n = self.service.epoch, int(asked.get("n", 1))
        met = await self.service.wait_until(lambda: epoch.done >= n, float(asked.get("timeout_s", 30)))
        return {"reached": met}

    async def wait_ended(self, asked: dict[str, Any]) -> dict[str, Any]:
        epoch = self.service.epoch
        await self.service.wait_until(lambda: epoch.done >= epoch.count, float(asked.get("timeout_s", 30)))
        return {"count": epoch.count, "open": epoch.count - epoch.done}

    async def release(self, asked: dict[str, Any]) -> dict[str, Any]:
        """After whatever has already happened to the connections: a client that was killed before gets no answer."""
        for _ in range(TURNS):
            await asyncio.sleep(0)
        return {"released": self.service.epoch.release()}

    async def finish(self, asked: dict[str, Any]) -> dict[str, Any]:
        if self.recorder is None:
            raise _bad(f"nothing is being recorded: the fake is in mode {self.mode}", 'start it with "mode": "record"')
        return {"recorded": await self.recorder.finish(self.service.epoch.scenario)}

    async def ping(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {
            "pid": os.getpid(),
            "mode": self.mode,
            "scenario": self.service.epoch.scenario,
            "malformed": self.service.malformed,
        }

    async def stop(self, asked: dict[str, Any]) -> dict[str, Any]:
        asyncio.get_running_loop().call_soon(self.stop_fake)
        return {}


class ControlConnection(asyncio.Protocol):
    """Lines in, lines out, in order; a waiting operation does not keep other connections waiting."""

    MOST_LINE_BYTES = 16 * 1024 * 1024

    def __init__(self, control: Control) -> None:
        self.control = control
        self.buffer = b""
        self.queue: asyncio.Queue[bytes] = asyncio.Queue()
        self.transport: asyncio.Transport | None = None
        self.task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.task = asyncio.get_running_loop().create_task(self._work())

    def connection_lost(self, error: Exception | None) -> None:
        self.task.cancel()

    def data_received(self, data: bytes) -> None:
        *lines, self.buffer = (self.buffer + data).split(b"\n")
        for line in lines:
            self.queue.put_nowait(line)
        if len(self.buffer) > self.MOST_LINE_BYTES:
            self.transport.close()

    async def _work(self) -> None:
        while True:
            line = await self.queue.get()
            self.transport.write(json.dumps(await self._answer(line)).encode() + b"\n")

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            asked = json.loads(line)
            if not isinstance(asked, dict):
                raise _bad("an operation is a JSON object", '{"op": "ping"}')
            return {"ok": True, **await self.control.do(asked)}
        except HarnessError as error:
            return _error(error)
        except (ValueError, TypeError, KeyError) as error:
            return _error(_bad(f"the operation is not understood: {error}", "see harness.provider.fake.control.client"))
        except Exception as error:  # a defect must reach the caller as an error, not as a silent socket
            failure = StackError(
                f"the fake failed on an operation: {type(error).__name__}: {error}",
                hint="this is a defect of the fake; its log has the trace",
                code="fake-failed",
            )
            asyncio.get_running_loop().call_exception_handler({"message": str(failure), "exception": error})
            return _error(failure)


def _error(error: HarnessError) -> dict[str, Any]:
    return {"ok": False, "error": error.document()}


def _fault(raw: dict[str, Any]) -> Fault:
    return Fault(
        kind=raw["kind"], match=raw["match"], calls=tuple(raw.get("calls", ())), args=dict(raw.get("args", {}))
    )


def _bad(message: str, hint: str) -> HarnessError:
    return HarnessError(message, hint=hint, code="fake-control")
