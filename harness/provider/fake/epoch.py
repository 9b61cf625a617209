"""One loaded scenario: its tape, its faults, the ledger of its calls. It decides what becomes of each request.

A request belongs to the epoch that was current when its first byte arrived, and stays with it. Everything happens in
the event loop's one thread: a decision is atomic.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection
from typing import Any

from harness.core.errors import StackError
from harness.core.history import Call
from harness.core.scenario import Fault
from harness.core.variation import HELD
from harness.provider.fake.calls import Entry, Validate, problems_of, request_json, shown
from harness.provider.fake.decided import Plan
from harness.provider.fake.faults import Armed, arm
from harness.provider.fake.tape import varied
from harness.provider.fake.tape.answer import composed, echoed, made, recorded
from harness.provider.fake.tape.canonical import flaw_of
from harness.provider.fake.tape.match import Recording, Slot, Tape
from harness.provider.fake.tape.nearest import nearest, stand_in
from harness.provider.profiles import Profile, parse

MOST_CALLS = 200_000
"""The ledger's bound: beyond it the report refuses, rather than grow without end or leave calls out."""


class Epoch:
    """`on_change` is called after every finished or held call; credentials are marked by `key`. With `laid` (what a
    variation lays over answers, perhaps nothing: harness.core.variation) a request that no recording fits is answered by another recording of its route."""

    def __init__(
        self,
        *,
        scenario: str = "",
        recordings: tuple[Recording, ...] = (),
        faults: tuple[Fault, ...] = (),
        seed: int = 0,
        forwards: bool = False,
        validate: Validate | None = None,
        on_change: Callable[[], None] = lambda: None,
        keep: int = MOST_CALLS,
        key: bytes = b"",
        laid: Collection[str] | None = None,
    ) -> None:
        self.key = key or os.urandom(32)
        self.laid = laid
        self.scenario = scenario
        self.tape = Tape(recordings)
        self.armed: list[Armed] = arm(faults, scenario, seed)
        self.forwards = forwards
        self.validate = validate
        self.on_change = on_change
        self.keep = keep
        self.count = 0
        self.done = 0
        self.on_late: Callable[[], None] = lambda: None
        self.closed = False
        self.held: list[tuple[Entry, Callable[[], None]]] = []
        self.held_so_far = 0
        self.entries: list[Entry] = []
        self.misses: dict[bytes, dict[str, Any]] = {}

    def decide(self, profile: Profile, host: str, method: str, target: str, body: bytes, problem: str = "") -> Plan:
        """Match, apply faults, consume, and enter the call into the ledger. A `problem` of the connection refuses it."""
        entry = self.enter(Entry(0, profile, host, method, target.partition("?")[0], body))
        plan = Plan(self, entry)
        if problem:
            return self._refuse(plan, target, b"", problem)
        plan.hold = entry.n == 1 and HELD in (self.laid or ())
        ending = self._fault(plan) if self.armed else None
        if ending is not None and not ending.kind.works:
            return self._spoil(plan, ending, target)
        if not self.forwards:
            key = self.tape.key(profile, host, method, target, body)
            slot = self.tape.find(key)
            if slot is None and not self._compose(plan, target):
                slot = self._stand_in(entry, target, body)
                if slot is None:
                    return self._refuse(plan, target, key, flaw_of(body))
            if slot is not None:
                self.tape.take(slot)
                self._play(plan, slot)
            if self.laid is not None and plan.answer is not None:
                plan.recording, changed = None, varied.answer(plan.answer, entry.profile, entry.body, self.laid)
                plan.answer = entry.answer = changed
        if ending is not None and plan.ends == "answer":
            self._cut(plan, ending)
        return plan

    def enter(self, entry: Entry) -> Entry:
        """Number a call and keep it, within the ledger's bound."""
        self.count += 1
        entry.n = self.count
        if len(self.entries) < self.keep:
            self.entries.append(entry)
        return entry

    def keep_until_released(self, entry: Entry, go: Callable[[], None]) -> None:
        """Hold an answer back until `release`."""
        self.held.append((entry, go))
        self.held_so_far += 1
        self.on_change()

    @property
    def holding(self) -> int:
        """How many held calls still have a client that waits."""
        return sum(1 for entry, _ in self.held if not entry.done)

    def finished(self, entry: Entry, status: int) -> None:
        """The answer went out with `status`, or (0) the connection ended without one."""
        if entry.done:
            return
        entry.done = True
        entry.status = status
        if not status and entry.fault and entry.disposition == "played":
            entry.disposition = "fault"
        self.done += 1
        if self.closed:
            self.on_late()
        self.on_change()

    def report(self) -> list[Call]:
        """Every call in order of arrival. Raises StackError fake-overflow when the ledger could not keep them all."""
        if self.count > len(self.entries):
            raise StackError(
                f"{self.count} provider calls, of which the fake's ledger keeps {self.keep}",
                hint="split the scenario, or look for a retry loop in the backend",
                code="fake-overflow",
            )
        return [shown(entry, self.validate, self.key) for entry in self.entries]

    def release(self) -> int:
        """Let every held answer go; returns how many there were."""
        held, self.held = self.held, []
        for _, go in held:
            go()
        return len(held)

    def close(self) -> None:
        """A new scenario was loaded: what ends from now on is late."""
        self.closed = True
        self.release()

    def _fault(self, plan: Plan) -> Armed | None:
        """Apply delays; return the first fault that decides how the call ends."""
        ending = None
        route = plan.entry.route
        for armed in self.armed:
            if armed.kind.ends == "tls" or not armed.falls_on(route):
                continue
            if armed.fault.kind in ("latency", "hold"):
                plan.delay_ms += int(armed.fault.args.get("ms", 1000)) if armed.fault.kind == "latency" else 0
                plan.hold = plan.hold or armed.fault.kind == "hold"
                plan.entry.fault = plan.entry.fault or armed.fault.kind
            elif ending is None:
                ending = armed
        if ending is not None:
            plan.entry.fault = ending.fault.kind
        return ending

    def _spoil(self, plan: Plan, armed: Armed, target: str) -> Plan:
        """The provider did no work: the recording, if any, stays for the retry."""
        entry = plan.entry
        entry.disposition = "fault"
        plan.ends = armed.kind.ends
        if plan.ends == "refuse":
            plan.ends = "answer"
            refusal = entry.profile.refuse(armed.fault.kind, armed.fault.args, request_json(entry.body))
            plan.answer = entry.answer = made(refusal)
        key = self.tape.key(entry.profile, entry.host, entry.method, target, entry.body)
        if key not in self.tape.everything and self.tape.has_route(entry.host, entry.method, entry.path):
            entry.nearest = self._nearest(entry, target, key)
        return plan

    def _play(self, plan: Plan, slot: Slot) -> None:
        recording, entry = slot.recording, plan.entry
        interaction = recording.interaction
        if interaction.unanswered:
            entry.recording, entry.disposition, plan.ends = recording, "played", "reset"
            return
        found = recording.answer
        if found is None:
            found = recording.answer = recorded(interaction.response, interaction.timing_ms)
        if entry.profile.echo:
            found = echoed(found, entry.profile, recording, entry.body)
        if found is recording.answer:
            plan.recording = recording
        if entry.body == recording.raw[3]:
            entry.body = recording.raw[3]  # one copy in memory, however often it is played
        entry.recording, entry.disposition, entry.works = recording, "played", True
        plan.answer = entry.answer = found

    def _stand_in(self, entry: Entry, target: str, body: bytes) -> Slot | None:
        """In a varied world alone."""
        return None if self.laid is None else stand_in(self.tape, entry.profile, entry.host, entry.method, target, body)

    def _compose(self, plan: Plan, target: str) -> bool:
        """Answer a batch from recordings of its single tasks: all of them, or none."""
        entry = plan.entry
        batch = parse(entry.body) if entry.profile.composes else None
        if not isinstance(batch, list) or len(batch) < 2:
            return False

        singles = [json.dumps([task]).encode() for task in batch]
        taken: list[tuple[Slot, bytes]] = []
        free: dict[int, int] = {}
        for body in singles:
            key = self.tape.key(entry.profile, entry.host, entry.method, target, body)
            slot = next((slot for slot in self.tape.by_key.get(key, ()) if free.get(id(slot), slot.left)), None)
            slot = slot or self._stand_in(entry, target, body)
            if slot is None or slot.recording.interaction.unanswered:
                return False
            free[id(slot)] = free.get(id(slot), slot.left) - 1
            taken.append((slot, body))
        parts = []
        for slot, body in taken:
            self.tape.take(slot)
            response = recorded(slot.recording.interaction.response)
            parts.append(echoed(response, entry.profile, slot.recording, body))
        entry.recording, entry.disposition, entry.works = taken[0][0].recording, "played", True
        plan.answer = entry.answer = composed(parts)
        return True

    def _refuse(self, plan: Plan, target: str, key: bytes, problem: str) -> Plan:
        entry = plan.entry
        entry.fault = ""
        plan.hold, plan.delay_ms = False, 0
        if problem:
            entry.problems = (problem, *problems_of(entry, self.validate))
            entry.nearest = {"cassette": "", "index": -1, "changes": [], "hint": problem}
        else:
            entry.nearest = self._nearest(entry, target, key)
        entry.disposition = "invalid" if problems_of(entry, self.validate) else "unmatched"
        asked = f"{entry.method} https://{entry.host}{target}"
        message = f"harness: no recording matches {asked}: {entry.nearest['hint']}"
        refusal = entry.profile.refuse("unmatched", {"message": message}, request_json(entry.body))
        plan.answer = entry.answer = made(refusal, unmatched=True)
        return plan

    def _nearest(self, entry: Entry, target: str, key: bytes) -> dict[str, Any]:
        """Found once for each distinct request: a client that repeats itself costs nothing more."""
        if key not in self.tape.everything and key in self.misses:
            return self.misses[key]
        found = nearest(self.tape, self.scenario, entry.profile, entry.host, entry.method, target, entry.body, key)
        if len(self.misses) < 1000:
            self.misses[key] = found
        return found

    def _cut(self, plan: Plan, armed: Armed) -> None:
        plan.ends = armed.kind.ends
        plan.entry.disposition = "fault"
        if plan.ends == "truncate" and "bytes" in armed.fault.args:
            plan.limit = int(armed.fault.args["bytes"])
        if plan.ends == "cut" and "after_chunks" in armed.fault.args:
            plan.limit = int(armed.fault.args["after_chunks"])
