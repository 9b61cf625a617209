"""The running fake, without its sockets: which host and provider a request is for, which epoch it belongs to.

Replay holds no client: there is no way upstream. In the other modes `forward` is given from outside (recording.py, the
simulator).
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import sys
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from pathlib import Path

from harness.core.cassette import Cassette, RecordedRequest, RecordedResponse
from harness.core.errors import HarnessError, did_you_mean
from harness.core.scenario import Fault
from harness.core.variation import UNTRUSTED
from harness.provider import cassettes
from harness.provider.cassettes.folder import files, path_of
from harness.provider.fake.calls import Entry, Validate
from harness.provider.fake.decided import Plan
from harness.provider.fake.deliver import Channel, deliver
from harness.provider.fake.epoch import MOST_CALLS, Epoch
from harness.provider.fake.handshakes import Handshakes
from harness.provider.fake.head import Head, Via, kept
from harness.provider.fake.tape.answer import made, recorded
from harness.provider.fake.tape.match import Recording, prepare, unanswered
from harness.provider.profiles import BY_HOST, OTHER, Profile, authority_of, name_of, profile_for

Forward = Callable[[RecordedRequest, str], Awaitable[RecordedResponse]]


class Service:
    """Everything that outlives a connection. Used from the event loop's thread only."""

    def __init__(
        self,
        *,
        hosts: Mapping[str, Profile],
        folder: Path | None = None,
        cache: Path | None = None,
        validate: Validate | None = None,
        forward: Forward | None = None,
        seed: int = 0,
        keep: int = MOST_CALLS,
    ) -> None:
        self.hosts = dict(hosts)
        self.folder = folder
        self.cache = cache
        self.validate = validate
        self.forward = forward
        self.seed = seed
        self.keep = keep
        self.late = 0
        self.malformed = 0
        self.watchers: list[tuple[Callable[[], bool], asyncio.Future[bool]]] = []
        self.prepared: dict[Path, tuple[bytes, tuple[Recording, ...]]] = {}
        self.running: set[asyncio.Task[None]] = set()
        self.handshakes = Handshakes()
        self.idle: Callable[[], Iterable[asyncio.Transport]] = lambda: ()
        """Connections that wait for a request."""
        self.key = b""
        self.heads: dict[Head, Head] = {}
        """One copy in memory of each head, however often it is sent."""
        self.epoch = self._epoch("", (), ())

    def load(
        self, scenario: str, recordings: tuple[Recording, ...], faults: Iterable[Fault] = (), key: bytes = b"", laid: Collection[str] | None = None,
    ) -> Epoch:  # fmt: skip
        """Begin a new epoch; the old one keeps the requests that began in it. `key` and `laid` as Epoch has them. Raises fault-*."""
        self.key = key
        self.heads.clear()
        fresh = self._epoch(scenario, recordings, tuple(faults), laid)
        old, self.epoch = self.epoch, fresh
        if UNTRUSTED in {*(old.laid or ()), *(laid or ())}:
            self.handshakes.drop(self.idle())
        self.late = 0
        old.on_late = self._count_late
        old.close()
        return fresh

    def recordings(self, name: str) -> tuple[Recording, ...]:
        """The recordings of the cassette `name` below the folder; kept in memory until the file changes."""
        path = self.path_of(name)
        try:
            mark = hashlib.sha256(path.read_bytes()).digest()  # by content: two writes may share size and time
        except OSError:
            known = list(files(self.folder))
            hint = did_you_mean(name, known) if known else f"{self.folder} holds no cassette: harness record"
            raise HarnessError(f"no cassette '{name}'", hint=hint, code="cassette-missing") from None
        kept = self.prepared.get(path)
        if kept is None or kept[0] != mark:
            kept = self.prepared[path] = (mark, prepare(cassettes.read(path, name, cache=self.cache), self.hosts))
            for line in unanswered(kept[1]):
                print(line, file=sys.stderr, flush=True)
        return kept[1]

    def path_of(self, name: str) -> Path:
        if self.folder is None or name.startswith("/") or ".." in name.split("/"):
            raise HarnessError(
                f"no cassette '{name}'", hint="name it as its path below the cassette folder", code="cassette-missing"
            )
        return path_of(self.folder, name)

    def prepare(self, cassette: Cassette) -> tuple[Recording, ...]:
        return prepare(cassette, self.hosts)

    def serves(self, authority: str) -> bool:
        """Whether a provider speaks there: at this port, or at any of this host."""
        return authority in self.hosts or name_of(authority) in self.hosts

    def locate(self, host: str, target: str, port: int = 443) -> tuple[str, str]:
        """(provider's authority, target). Clients that cannot resolve the real name use https://localhost:PORT/<host>/path.

        `port` is the fake's own: in a Host header it is the provider's only where a recording says so.
        """
        authority = self._authority(host, port)
        name = name_of(authority)
        if self.serves(authority) or name in BY_HOST:
            return authority, target
        first, slash, rest = target.lstrip("/").partition("/")
        first = authority_of(f"https://{first}") if self._is_authority(first) else first.lower()
        if self.serves(first):
            return first, f"/{rest}" if slash else "/"
        if len(self.hosts) == 1 and name in ("localhost", "127.0.0.1", "[::1]"):
            return next(iter(self.hosts)), target
        return authority, target

    def _authority(self, host: str, own: int) -> str:
        host = host.lower()
        if host in self.hosts or host in self.epoch.tape.hosts:
            return host
        name = name_of(host)
        return name if name == host or int(host[len(name) + 1 :]) in (80, 443, own) else host

    def _is_authority(self, text: str) -> bool:
        """Whether the first part of a path names a provider's host with a port."""
        return ":" in text and name_of(text.lower()) in self.hosts

    def handle(
        self,
        channel: Channel,
        epoch: Epoch,
        host: str,
        method: str,
        target: str,
        headers: Iterable[tuple[bytes, bytes]],
        body: bytes,
        via: Via,
        problem: str = "",
    ) -> Plan:
        """Decide and deliver one request. `host` and `target` are those that `locate` gave; a `problem` refuses it."""
        headers = list(headers)
        profile = profile_for(host, target, self.hosts)
        plan = epoch.decide(profile, host, method, target, body, problem)
        head = kept(via, target, headers)
        plan.entry.head = self.heads.setdefault(head, head)
        channel.began(plan)
        if epoch.forwards and plan.answer is None and (plan.ends in ("answer", "truncate", "cut") or self._lost(plan)):
            task = asyncio.get_running_loop().create_task(self._forwarded(channel, plan, target, headers))
            self.running.add(task)
            task.add_done_callback(self.running.discard)
        else:
            deliver(plan, channel)
        return plan

    async def wait_until(self, met: Callable[[], bool], timeout_s: float) -> bool:
        """Wait until `met()` holds for the current state; False when it did not within `timeout_s`."""
        if met():
            return True
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        watcher = (met, future)
        self.watchers.append(watcher)
        try:
            return await asyncio.wait_for(future, timeout_s)
        except TimeoutError:
            return False
        finally:
            with contextlib.suppress(ValueError):
                self.watchers.remove(watcher)

    def refuses_handshake(self, server_name: str | None) -> bool:
        """Whether a `tls` fault of the epoch falls on this handshake; it enters the ledger as "TLS handshake"."""
        if not any(armed.kind.ends == "tls" for armed in self.epoch.armed):
            return False
        host = (server_name or "").lower()
        profile = profile_for(host, "", self.hosts) if host else OTHER
        epoch = self.epoch
        for armed in epoch.armed:
            if armed.kind.ends == "tls" and armed.falls_on_host(profile.name):
                entry = epoch.enter(Entry(0, profile, host, "TLS", "handshake", b""))
                entry.head = kept(Via(sni=host), "", ())
                entry.disposition, entry.fault = "fault", "tls"
                epoch.finished(entry, 0)
                return True
        return False

    @property
    def untrusted(self) -> bool:
        """Whether a certificate is shown that nobody trusts."""
        return UNTRUSTED in (self.epoch.laid or ())

    def changed(self) -> None:
        """Something a watcher may wait for happened."""
        for met, future in self.watchers:
            if not future.done() and met():
                future.set_result(True)

    def _count_late(self) -> None:
        self.late += 1

    def _epoch(
        self,
        scenario: str,
        recordings: tuple[Recording, ...],
        faults: tuple[Fault, ...],
        laid: Collection[str] | None = None,
    ) -> Epoch:
        return Epoch(
            scenario=scenario,
            recordings=recordings,
            faults=faults,
            seed=self.seed,
            forwards=self.forward is not None,
            validate=self.validate,
            on_change=self.changed,
            keep=self.keep,
            key=self.key,
            laid=laid,
        )

    def _lost(self, plan: Plan) -> bool:
        """In record mode a lost answer is work that was done: it is forwarded, then dropped."""
        return plan.ends == "reset" and plan.entry.fault == "lost_answer"

    async def _forwarded(self, channel: Channel, plan: Plan, target: str, headers: list[tuple[bytes, bytes]]) -> None:
        entry = plan.entry
        several: dict[str, tuple[str, ...]] = {}
        for raw, value in headers:
            name = raw.decode("latin-1").lower()
            several[name] = (*several.get(name, ()), value.decode("latin-1"))
        uri = f"https://{entry.host}{target}"
        request = RecordedRequest(method=entry.method, uri=uri, headers=several, body=entry.body)
        try:
            plan.answer = entry.answer = recorded(await self.forward(request, plan.epoch.scenario))
            entry.works = True
            entry.disposition = "fault" if plan.ends != "answer" else "played"
        except (
            Exception
        ) as error:  # whatever the recorder met: the client must get an answer, and the scenario must fail
            hint = error.hint if isinstance(error, HarnessError) else "see the fake's log"
            entry.nearest = {"cassette": "", "index": -1, "changes": [], "hint": f"no answer: {error}; {hint}"}
            refusal = entry.profile.refuse("unmatched", {"message": f"harness: no answer: {error}"}, None)
            entry.disposition, entry.fault, plan.ends = "unmatched", "", "answer"
            plan.answer = entry.answer = made(refusal, unmatched=True)
        deliver(plan, channel)
