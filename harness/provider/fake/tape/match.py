"""The canonical key of a request, and the tape: recordings indexed by it, each consumed exactly once.

key = host, METHOD, path + sorted query, and the body: canonical JSON without the fields that the client makes up; a
multipart body without its boundary; any other body by its bytes. Finding a recording costs the same whatever the size
of the tape. The tape lives in one thread, so taking a recording is atomic by construction.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from harness.core.cassette import Cassette, Interaction
from harness.provider.profiles import Profile, parse, profile_for
from harness.provider.refusals import asked_model


def key_of(profile: Profile, host: str, method: str, target: str, body: bytes) -> bytes:
    """16 bytes that are equal exactly for requests that a recording of one may answer for the other."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(f"{host}\n{method}\n{sorted_query(target)}\n".encode("utf-8", "surrogateescape"))
    digest.update(canonical_body(body, profile))
    return digest.digest()


def canonical_body(body: bytes, profile: Profile) -> bytes:
    """JSON with sorted keys, volatile fields left out and 1.0 written as 1; else multipart or raw bytes."""
    if body[:1] in b"{[ \n\t\r" and body:
        try:
            value = json.loads(body, parse_float=_number, parse_constant=_refuse)
            for path in profile.volatile:
                remove(value, steps_of(path))
            return b"json:" + json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
        except (ValueError, RecursionError):
            return b"raw:" + body
    if body[:2] == b"--":
        boundary, newline, _ = body.partition(b"\r\n")
        if newline and 2 < len(boundary) <= 72 and body.rstrip().endswith(boundary + b"--"):
            return b"multipart:" + body.rstrip().replace(boundary, b"--boundary")
    return b"raw:" + body


def sorted_query(target: str) -> str:
    """The target with its query pairs sorted and without a fragment."""
    path, _, query = target.partition("#")[0].partition("?")
    if not query:
        return path or "/"
    return f"{path or '/'}?{'&'.join(sorted(query.split('&')))}"


def steps_of(path: str) -> tuple[str, ...]:
    """ "data[].taskUUID" -> ("data", "[]", "taskUUID")"""
    return tuple(step for step in path.replace("[]", ".[]").split(".") if step)


def remove(value: Any, steps: tuple[str, ...]) -> None:
    """Delete every field that `steps` lead to, in place."""
    for holder, name in places(value, steps):
        del holder[name]


def places(value: Any, steps: tuple[str, ...]) -> list[tuple[dict[str, Any], str]]:
    """(mapping, key) of every field that `steps` lead to, in document order."""
    found = [value]
    for step in steps[:-1]:
        if step == "[]":
            found = [item for holder in found if isinstance(holder, list) for item in holder]
        else:
            found = [holder[step] for holder in found if isinstance(holder, dict) and step in holder]
    return [(holder, steps[-1]) for holder in found if isinstance(holder, dict) and steps[-1] in holder]


def _number(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _refuse(text: str) -> None:
    raise ValueError(text)


class Recording:
    """One recorded interaction, prepared for matching; shared by every scenario that plays it."""

    __slots__ = (
        "answer",
        "cassette",
        "host",
        "interaction",
        "key",
        "leaves",
        "method",
        "path",
        "profile",
        "raw",
        "rendered",
    )

    def __init__(self, cassette: str, interaction: Interaction, declared: Mapping[str, str] | None) -> None:
        request = interaction.request
        parts = urlsplit(request.uri)
        self.cassette = cassette
        self.interaction = interaction
        self.host = (parts.hostname or "").lower()
        self.method = request.method
        self.path = parts.path or "/"
        target = self.path + (f"?{parts.query}" if parts.query else "")
        self.profile = profile_for(self.host, self.path, declared)
        self.key = key_of(self.profile, self.host, self.method, target, request.body)
        self.raw = (self.host, self.method, target, request.body)
        self.leaves: dict[str, Any] | None = None
        self.answer: Any = None
        self.rendered: dict[Any, bytes] = {}

    @property
    def title(self) -> str:
        """ "POST https://api.openai.com/v1/chat/completions gpt-5.1" """
        model = asked_model(parse(self.interaction.request.body))
        return " ".join(part for part in (self.method, self.interaction.request.uri, model) if part)


class Slot:
    """A recording on a tape. `left` counts how often it may still be played; -1 is endless."""

    __slots__ = ("left", "played", "recording")

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.left = recording.interaction.times or -1
        self.played = 0


class Tape:
    """The recordings of one scenario, in file order, each to be played exactly once."""

    __slots__ = ("by_key", "by_raw", "everything", "slots")

    def __init__(self, recordings: Iterable[Recording]) -> None:
        self.slots = [Slot(recording) for recording in recordings]
        self.by_key: dict[bytes, deque[Slot]] = {}
        self.everything: dict[bytes, list[Slot]] = {}
        self.by_raw: dict[tuple[str, str, str, bytes], bytes] = {}
        for slot in self.slots:
            recording = slot.recording
            self.by_key.setdefault(recording.key, deque()).append(slot)
            self.everything.setdefault(recording.key, []).append(slot)
            self.by_raw[recording.raw] = recording.key

    def key(self, profile: Profile, host: str, method: str, target: str, body: bytes) -> bytes:
        """The request's key; a request that repeats a recorded one byte for byte skips the canonical form."""
        known = self.by_raw.get((host, method, target, body))
        return known if known is not None else key_of(profile, host, method, target, body)

    def find(self, key: bytes) -> Slot | None:
        """The next recording for `key`, in file order, without taking it."""
        waiting = self.by_key.get(key)
        return waiting[0] if waiting else None

    def take(self, slot: Slot) -> None:
        """Consume one play of `slot`, which `find` gave."""
        slot.played += 1
        if slot.left > 0:
            slot.left -= 1
            if not slot.left:
                self.by_key[slot.recording.key].popleft()

    def unplayed(self) -> list[dict[str, Any]]:
        """What was recorded and not asked for: {cassette, index, request}, in file order."""
        found = []
        for slot in self.slots:
            if slot.left > 0 or not slot.played:
                recording = slot.recording
                times = recording.interaction.times
                note = f" ({slot.left} of {times} left)" if times > 1 else ""
                found.append(
                    {
                        "cassette": recording.cassette,
                        "index": recording.interaction.index,
                        "request": recording.title + note,
                    }
                )
        return found


def prepare(cassette: Cassette, declared: Mapping[str, str] | None = None) -> tuple[Recording, ...]:
    """Every interaction of a cassette, ready to be put on tapes."""
    return tuple(Recording(cassette.name, interaction, declared) for interaction in cassette.interactions)
