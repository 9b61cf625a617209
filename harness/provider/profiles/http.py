"""Any other provider: success by status, and by a place in its JSON where the description names one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from harness.provider.profiles.shape import Profile, Reading, Refusal, asked_model, error_in, parse, retry_after
from harness.provider.profiles.wordpress import FAULTS


def reader(success: str = "", statuses: tuple[int, ...] = ()) -> Callable[[int, str, bytes, Any], Reading]:
    """A reader of answers. `success` is a JSON path ("data.id", "jobs[].state"), alone (there, and neither null, false, 0 nor
    empty) or with a value ("status=done"); of several places that it leads to, all must hold. `statuses` are those of
    success; none given: below 400."""
    path, equals, wanted = success.partition("=")

    def read(status: int, content_type: str, body: bytes, request: Any) -> Reading:
        good = status in statuses if statuses else 200 <= status < 400
        answer = parse(body)
        errors = answer.get("errors") if isinstance(answer, dict) else None
        if good and success:
            found = at(answer, path.strip())
            good = bool(found) and all(_is(value, wanted.strip()) if equals else bool(value) for value in found)
        elif good:
            good = not error_in(answer) and not errors
        return Reading(success=good, model=asked_model(request))

    return read


def at(value: Any, path: str) -> list[Any]:
    """Every value that a path leads to: names with dots between, [] for each element, [0] for one; "$." in front is allowed."""
    found = [value]
    for step in path.removeprefix("$").replace("[", ".[").split("."):
        if step == "[]":
            found = [item for one in found if isinstance(one, list) for item in one]
        elif step.startswith("[") and step[1:-1].isdigit():
            place = int(step[1:-1])
            found = [one[place] for one in found if isinstance(one, list) and place < len(one)]
        elif step:
            found = [one[step] for one in found if isinstance(one, dict) and step in one]
    return found


def _is(value: Any, wanted: str) -> bool:
    return (value if isinstance(value, str) else json.dumps(value)) == wanted.strip("'\"")


def refuse(kind: str, args: Mapping[str, Any], request: Any) -> Refusal:
    if kind == "unmatched":
        return Refusal(status=500, body={"error": args["message"]})
    status, _, message = FAULTS[kind]
    return Refusal(status=status, body={"error": args.get("message") or message}, headers=retry_after(kind, args))


OTHER = Profile(name="other", kind="http", refuse=refuse, read=reader())
