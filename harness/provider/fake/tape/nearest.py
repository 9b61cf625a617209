"""On a miss: the closest recording of the same host, which JSON paths differ, and what to do about it.

Distance: a different path counts most, then the method, then what is asked for (a text of some length: a prompt), then one for each other leaf
that changed; changed text counts by the share that changed. Recordings that are still unplayed win a tie, then file order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import islice
from typing import Any

from harness.provider.fake.tape.canonical import canonical_body, pairs_of, sorted_query
from harness.provider.fake.tape.match import Recording, Slot, Tape
from harness.provider.profiles import Profile, parse

MOST_CHANGES = 12
MOST_CANDIDATES = 500
PROMPT_FROM = 24
"""Characters from which on a text says what is asked for, and is no name of a model, size or format."""
PROMPT_WEIGHT = 40.0
"""How many small fields it outweighs when nothing of it is the same: the same prompt with other parameters is nearer than another prompt."""
_PROMPTS = ("content", "prompt", "positivePrompt", "negativePrompt", "input", "text")


def nearest(
    tape: Tape, scenario: str, profile: Profile, host: str, method: str, target: str, body: bytes, key: bytes
) -> dict[str, Any]:
    """{"cassette", "index", "changes": [{"path", "recorded", "sent"}], "hint"}; cassette "" when the host has none."""
    again = f"re-record with: harness record {scenario}" if scenario else "re-record the cassette"
    played = tape.everything.get(key)
    if played:
        last = played[-1].recording
        count = len(played) if len(played) > 1 else played[0].played
        what = f"all {count} recordings of this request were" if count > 1 else "the one recording of this request was"
        return _found(last, [], f"{what} already played; if one more call is meant, {again}")
    candidates = _candidates(tape.slots, host, method, target.partition("?")[0])
    if not candidates:
        hosts = sorted({slot.recording.host for slot in tape.slots})
        there = f"the tape has {', '.join(hosts)}" if hosts else "the tape is empty"
        return _nothing(f"nothing is recorded for {host} ({there}); {again}")
    sent = leaves_of(profile, method, target, body)
    best = min(candidates, key=lambda slot: (_distance(_leaves(slot.recording), sent), slot.left == 0))
    changes = _changes(_leaves(best.recording), sent)
    return _found(best.recording, changes, f"{_advice(changes)}; if that is meant, {again}")


def stand_in(tape: Tape, profile: Profile, host: str, method: str, target: str, body: bytes) -> Slot | None:
    """A recording of the same route for a request that has none of its own: of those that nobody took the one that is most like it, else of
    all; in a tie the next, else the last. What is asked side by side gets the same whoever comes first."""
    route = (host, method, target.partition("?")[0])
    there = [
        slot
        for slot in tape.slots
        if (slot.recording.host, slot.recording.method, slot.recording.path) == route
        and not slot.recording.interaction.unanswered
    ]
    able = [slot for slot in there if slot.left] or there[::-1]
    if len(able) < 2:
        return able[0] if able else None
    sent = leaves_of(profile, method, target, body)
    return min(able[:MOST_CANDIDATES], key=lambda slot: _distance(_leaves(slot.recording), sent))


def leaves_of(profile: Profile, method: str, target: str, body: bytes) -> dict[str, Any]:
    """Every leaf of a request by its JSON path; the method and URL stand under (method) and (url)."""
    found: dict[str, Any] = {"(method)": method, "(url)": sorted_query(target)}
    form = canonical_body(body, profile)
    if form.startswith(b"json:"):
        _flatten(parse(form[5:]), "", found)
    elif (pairs := pairs_of(form)) is not None:
        for name, value in pairs:
            found[f"(form) {name}"] = f"{found.get(f'(form) {name}', '')} {value}".strip()
    elif body:
        found["(body)"] = f"{len(body)} bytes, sha256 {hashlib.sha256(form).hexdigest()[:16]}"
    return found


def _candidates(slots: Sequence[Slot], host: str, method: str, path: str) -> list[Slot]:
    same = (s for s in slots if s.recording.host == host and s.recording.path == path and s.recording.method == method)
    found = list(islice(same, MOST_CANDIDATES))
    return found or list(islice((slot for slot in slots if slot.recording.host == host), MOST_CANDIDATES))


def _leaves(recording: Recording) -> dict[str, Any]:
    if recording.leaves is None:
        _, method, target, body = recording.raw
        recording.leaves = leaves_of(recording.profile, method, target, body)
    return recording.leaves


def _flatten(value: Any, path: str, found: dict[str, Any]) -> None:
    if isinstance(value, dict) and value:
        for name, item in value.items():
            _flatten(item, f"{path}.{name}" if path else name, found)
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            _flatten(item, f"{path}[{index}]", found)
    else:
        found[path or "(body)"] = value


def _distance(recorded: dict[str, Any], sent: dict[str, Any]) -> float:
    total = 0.0
    for path in recorded.keys() | sent.keys():
        old, new = recorded.get(path, _ABSENT), sent.get(path, _ABSENT)
        if not _same(old, new):
            weight = {"(url)": 100.0, "(method)": 50.0}.get(path, PROMPT_WEIGHT if _prompts(old, new) else 1.0)
            total += weight * (1 - _alike(old, new))
    return total


def _prompts(old: Any, new: Any) -> bool:
    return isinstance(old, str) and isinstance(new, str) and max(len(old), len(new)) >= PROMPT_FROM


_ABSENT = object()


def _same(old: Any, new: Any) -> bool:
    return type(old) is type(new) and old == new


def _alike(old: Any, new: Any) -> float:
    """0..0.95: the share of the longer text that a common beginning and end cover."""
    if not isinstance(old, str) or not isinstance(new, str):
        return 0.0
    front = _common(old, new)
    back = _common(old[front:][::-1], new[front:][::-1])
    return 0.95 * (front + back) / max(len(old), len(new), 1)


def _common(old: str, new: str) -> int:
    """Length of the common beginning, by halving: texts are long, comparing slices is fast."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[:middle] == new[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _changes(recorded: dict[str, Any], sent: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for path in dict.fromkeys([*recorded, *sent]):
        old, new = recorded.get(path, _ABSENT), sent.get(path, _ABSENT)
        if not _same(old, new):
            old, new = _around(old, new)
            found.append({"path": path, "recorded": old, "sent": new})
    if len(found) > MOST_CHANGES:
        rest = len(found) - MOST_CHANGES
        found = [*found[:MOST_CHANGES], {"path": f"({rest} more)", "recorded": None, "sent": None}]
    return found


def _around(old: Any, new: Any) -> tuple[Any, Any]:
    """Both values; long texts cut to the place where they part."""
    old = "(absent)" if old is _ABSENT else old
    new = "(absent)" if new is _ABSENT else new
    start = max(_common(old, new) - 30, 0) if isinstance(old, str) and isinstance(new, str) else 0
    return _cut(old, start), _cut(new, start)


def _cut(value: Any, start: int) -> Any:
    if not isinstance(value, str) or len(value) <= 160:
        return value
    piece = value[start : start + 120]
    return ("…" if start else "") + piece + ("…" if start + 120 < len(value) else "")


def _advice(changes: list[dict[str, Any]]) -> str:
    if not changes:
        return "only the form of the body differs"
    first = changes[0]
    if any(change["path"] == "(url)" for change in changes):
        change = next(change for change in changes if change["path"] == "(url)")
        return f"this URL is not recorded: {change['sent']}"
    if any(change["path"] == "(body)" for change in changes):
        return (
            "the body is not the recorded one, and one of the two is not JSON"
            if len(changes) > 1
            else "the body differs"
        )
    for change in changes:
        if change["path"].rpartition(".")[2] == "model":
            return f"the model changed from {change['recorded']!r} to {change['sent']!r}"
    for change in changes:
        name = change["path"].rpartition(".")[2].partition("[")[0]
        if name in _PROMPTS and isinstance(change["sent"], str):
            return f"prompt text changed at {change['path']} near {_near(change)!r}"
    if len(changes) == 1:
        return f"{first['path']} changed from {first['recorded']!r} to {first['sent']!r}"
    return f"{len(changes)} fields changed, first {first['path']}"


def _near(change: dict[str, Any]) -> str:
    recorded, sent = change["recorded"], change["sent"]
    start = max((_common(recorded, sent) if isinstance(recorded, str) else 0) - 12, 0)
    return sent[start : start + 40]


def _found(recording: Recording, changes: list[dict[str, Any]], hint: str) -> dict[str, Any]:
    return {"cassette": recording.cassette, "index": recording.interaction.index, "changes": changes, "hint": hint}


def _nothing(hint: str) -> dict[str, Any]:
    return {"cassette": "", "index": -1, "changes": [], "hint": hint}
