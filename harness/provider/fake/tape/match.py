"""The tape: recordings indexed by the canonical key of their request, each consumed exactly once.

Finding a recording costs the same whatever the size of the tape. The tape lives in one thread, so taking a recording is
atomic by construction.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from harness.core.cassette import Cassette, Interaction
from harness.provider.fake.tape.canonical import form_key_of, key_of
from harness.provider.profiles import Profile, asked_model, authority_of, parse, profile_for


class Recording:
    """One recorded interaction, prepared for matching; shared by every scenario that plays it."""

    __slots__ = (
        "answer",
        "cassette",
        "form_key",
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

    def __init__(self, cassette: str, interaction: Interaction, declared: Mapping[str, Profile] | None) -> None:
        request = interaction.request
        parts = urlsplit(request.uri)
        self.cassette = cassette
        self.interaction = interaction
        self.host = authority_of(request.uri)
        self.method = request.method
        self.path = parts.path or "/"
        target = self.path + (f"?{parts.query}" if parts.query else "")
        self.profile = profile_for(self.host, self.path, declared)
        self.key = key_of(self.profile, self.host, self.method, target, request.body)
        self.form_key = None
        if not any(name.lower() == "content-type" for name in request.headers):
            # a recorder that wrote a mapping and no content-type does not say whether it went out as JSON or as a form
            self.form_key = form_key_of(self.host, self.method, target, request.body)
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

    __slots__ = ("by_key", "by_raw", "everything", "hosts", "slots")

    def __init__(self, recordings: Iterable[Recording]) -> None:
        self.hosts: set[str] = set()
        self.slots = [Slot(recording) for recording in recordings]
        self.by_key: dict[bytes, deque[Slot]] = {}
        self.everything: dict[bytes, list[Slot]] = {}
        self.by_raw: dict[tuple[str, str, str, bytes], bytes] = {}
        for slot in self.slots:
            recording = slot.recording
            self.hosts.add(recording.host)
            self.by_key.setdefault(recording.key, deque()).append(slot)
            self.everything.setdefault(recording.key, []).append(slot)
            if recording.form_key is not None:
                self.by_key.setdefault(recording.form_key, deque()).append(slot)
                self.everything.setdefault(recording.form_key, []).append(slot)
            self.by_raw[recording.raw] = recording.key

    def is_plain(self, host: str) -> bool:
        """Whether a recording of this host is of plain http."""
        return any(
            slot.recording.host == host and slot.recording.interaction.request.uri.startswith("http://")
            for slot in self.slots
        )

    def key(self, profile: Profile, host: str, method: str, target: str, body: bytes) -> bytes:
        """The request's key; a request that repeats a recorded one byte for byte skips the canonical form."""
        known = self.by_raw.get((host, method, target, body))
        return known if known is not None else key_of(profile, host, method, target, body)

    def has_route(self, host: str, method: str, path: str) -> bool:
        route = (host, method, path)
        return any((slot.recording.host, slot.recording.method, slot.recording.path) == route for slot in self.slots)

    def find(self, key: bytes) -> Slot | None:
        """The next recording for `key`, in file order, without taking it."""
        waiting = self.by_key.get(key)
        while waiting and not waiting[0].left:
            waiting.popleft()
        return waiting[0] if waiting else None

    def take(self, slot: Slot) -> None:
        """Consume one play of `slot`, which `find` gave."""
        slot.played += 1
        if slot.left > 0:
            slot.left -= 1

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


def prepare(cassette: Cassette, declared: Mapping[str, Profile] | None = None) -> tuple[Recording, ...]:
    """Every interaction of a cassette, ready to be put on tapes."""
    return tuple(Recording(cassette.name, interaction, declared) for interaction in cassette.interactions)


def unanswered(recordings: Iterable[Recording]) -> list[str]:
    """Recordings without an answer, each by its cassette, entry and request."""
    return [f"{one.cassette} {one.interaction.unanswered}" for one in recordings if one.interaction.unanswered]
