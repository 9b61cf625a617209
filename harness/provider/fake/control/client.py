"""FakeControl: what the driver says to a running fake. Standalone, synchronous, a fraction of a millisecond an operation.

The socket speaks one JSON object a line, a request and its answer:

op          | takes                      | answers {"ok": true, ...}
------------|----------------------------|----------------------------------------------------------------
load        | scenario, tape, faults,    | interactions
            | key (hex), laid (or null)  |
report      |                            | calls, unplayed, held, late, undeclared
wait_held   | nth, timeout_s             | held (bool): the nth call that a `hold` fault stopped is there
wait_calls  | n, timeout_s               | reached (bool): n calls have ended
wait_ended  | timeout_s                  | count of calls; open: how many of them have not ended
release     |                            | released
finish      |                            | recorded (record mode)
ping        |                            | pid, mode, scenario, malformed
stop        |                            |

and {"ok": false, "error": {"message", "hint", "code"}} otherwise.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from harness.core.errors import StackError, of_document
from harness.core.history import Call
from harness.core.scenario import Fault

REPLY_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeReport:
    """What the fake saw of one scenario. `late` counts calls of earlier scenarios that ended after this one was loaded;
    `undeclared` are hosts that somebody looked for since the last report and that are no provider's."""

    calls: tuple[Call, ...]
    unplayed: tuple[Mapping[str, Any], ...]
    held: int
    late: int = 0
    undeclared: tuple[str, ...] = ()

    @property
    def unmatched(self) -> int:
        return sum(1 for call in self.calls if call.disposition in ("unmatched", "invalid"))


class FakeControl:
    """A connection to the fake's control socket. Raises StackError fake-gone when the fake does not answer."""

    def __init__(self, path: Path | str, *, timeout_s: float = REPLY_TIMEOUT_S) -> None:
        self.path = str(path)
        self.timeout_s = timeout_s
        self.buffer = b""
        self.key = secrets.token_bytes(32)
        """What credentials are marked by in the calls of a report (harness.provider.marks)."""
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout_s)
        try:
            self.socket.connect(self.path)
        except OSError as error:
            self.socket.close()
            raise self._gone(f"cannot reach it: {error.strerror or error}") from None

    def load(
        self, scenario_id: str, tape: Iterable[str], faults: Iterable[Fault] = (), laid: Iterable[str] | None = None
    ) -> int:
        """Begin a scenario; returns the number of recorded interactions on its tape. `laid` is what a variation lays over
        answers, None in a world that is not varied."""
        found = self._ask(
            "load",
            scenario=scenario_id,
            tape=list(tape),
            faults=[asdict(fault) for fault in faults],
            key=self.key.hex(),
            laid=None if laid is None else list(laid),
        )
        return found["interactions"]

    def report(self) -> FakeReport:
        """All calls of the scenario so far, what was never played, and how many calls are held now."""
        found = self._ask("report")
        return FakeReport(
            calls=tuple(_call(call) for call in found["calls"]),
            unplayed=tuple(found["unplayed"]),
            held=found["held"],
            late=found["late"],
            undeclared=tuple(found["undeclared"]),
        )

    def wait_held(self, nth: int = 1, timeout_s: float = 30.0) -> bool:
        """Wait for the nth held call of the scenario; False when it did not come in time."""
        return self._ask("wait_held", wait_s=timeout_s, nth=nth, timeout_s=timeout_s)["held"]

    def wait_calls(self, n: int, timeout_s: float = 30.0) -> bool:
        """Wait until n calls of the scenario have ended; False when they did not in time."""
        return self._ask("wait_calls", wait_s=timeout_s, n=n, timeout_s=timeout_s)["reached"]

    def wait_ended(self, timeout_s: float = 30.0) -> int:
        """Wait until every call of the scenario has ended; how many have not, in time."""
        return self._ask("wait_ended", wait_s=timeout_s, timeout_s=timeout_s)["open"]

    def called(self) -> int:
        """How many calls of the scenario there were until now, ended or not."""
        return self._ask("wait_ended", timeout_s=0)["count"]

    def release(self) -> int:
        """Let every held call go on; returns how many there were."""
        return self._ask("release")["released"]

    def finish(self) -> list[dict[str, Any]]:
        """Record mode: write what was recorded; one mapping a cassette."""
        return self._ask("finish", wait_s=600.0)["recorded"]

    def ping(self) -> dict[str, Any]:
        return self._ask("ping")

    def stop(self) -> None:
        """Ask the fake to exit; it may be gone before it answers."""
        with contextlib.suppress(StackError):
            self._ask("stop")

    def hang_up(self) -> None:
        """Whoever waits for an answer on this connection waits no longer: StackError fake-gone for them."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> FakeControl:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _ask(self, op: str, *, wait_s: float = 0.0, **arguments: Any) -> dict[str, Any]:
        try:
            self.socket.settimeout(self.timeout_s + wait_s)
            self.socket.sendall(json.dumps({"op": op, **arguments}).encode() + b"\n")
            line = self._line()
        except TimeoutError:
            raise self._gone(f"no answer to '{op}' within {self.timeout_s + wait_s:.0f} s") from None
        except OSError as error:
            raise self._gone(f"it ended during '{op}': {error.strerror or error}") from None
        found = json.loads(line)
        if found.pop("ok"):
            return found
        raise of_document(found["error"])

    def _line(self) -> bytes:
        while b"\n" not in self.buffer:
            data = self.socket.recv(1 << 18)
            if not data:
                raise ConnectionResetError("connection closed")
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line

    def _gone(self, why: str) -> StackError:
        return StackError(
            f"the provider fake at {self.path}: {why}", hint="see the fake's log for why it ended", code="fake-gone"
        )


def _call(found: dict[str, Any]) -> Call:
    return Call(**{**found, "problems": tuple(found["problems"]), "request_ids": tuple(found["request_ids"])})
