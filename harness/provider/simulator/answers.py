"""The project's own answers: what the simulator says where it is asked for more than a provider's form.

A file (or a package) beside harness.toml with any of these functions, which imports nothing of the harness:

    chat(request)   -> dict (the JSON text that the model writes) | str (its text) | {"tool": name, "arguments": {...}}
                       | {"refusal": text} | None
    image(request)  -> {"revised_prompt", "url", "b64_json", "cost", "count"} (each may be left out) | {"refusal": text}
                       | {"error": {"message", "code", "parameter", "status"}} | None
    serve(request)  -> {"status", "headers", "body"} | None

None is "not mine, go on": the simulator then answers by itself, or says that nobody knows what to answer.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from harness.core.errors import HarnessError, did_you_mean
from harness.provider.simulator.chance import Chance
from harness.provider.simulator.wire import Asked

FUNCTIONS = ("chat", "image", "serve")
HEAD_CHARACTERS = 400
_CREDENTIALS = ("authorization", "cookie", "api-key", "apikey", "token", "secret", "password")
_IMAGE_KEYS = ("revised_prompt", "url", "b64_json", "cost", "count", "refusal", "error")
_SERVE_KEYS = ("status", "headers", "body")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What an answer is made of: plain data.

    `text` is all that the messages say, `system` and `user` the parts of these roles; of an image it is its prompt. `json` is
    the body where it is JSON (of a Runware batch the task), else None. `random` gives the same choices for the same request
    and seed; beyond random.Random it has fork(name), between(low, high), pick(items), some(items, n), text(length), uuid().
    `number` is a whole number above 0 that is the same for the same request, for ids. `headers` are without credentials.
    """

    host: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    json: Any
    body: bytes
    model: str
    text: str
    system: str
    user: str
    random: Chance
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """`place` is the file that has them or would have them."""

    place: str = "answers.py beside harness.toml"
    functions: Mapping[str, Callable[[Request], Any]] = field(default_factory=dict)

    def ask(self, name: str, request: Request) -> Any:
        """What the function says; None where there is no such function. Raises answers-failed."""
        function = self.functions.get(name)
        if function is None:
            return None
        try:
            said = function(request)
        except Exception as error:
            at = traceback.extract_tb(error.__traceback__)[-1]
            raise self.failed(
                f"{name}() raised {type(error).__name__}: {error} ({Path(at.filename).name}:{at.lineno})"
            ) from error
        if problem := _problem(name, said):
            raise self.failed(f"{name}() {problem}")
        return said

    def failed(self, why: str) -> HarnessError:
        return HarnessError(f"{self.place}: {why}", hint="mend the function; docs/simulator.md says what it may return", code="answers-failed")  # fmt: skip

    def missing(self, name: str, request: Request, why: str) -> HarnessError:
        """Nobody knows what to answer: which request, why, the prompt's head, and where to write the answer."""
        head = " ".join((request.text or _shown(request.body)).split())[:HEAD_CHARACTERS]
        what = f"{request.method} https://{request.host}{request.path}" + (
            f" ({request.model})" if request.model else ""
        )
        there = "" if name in self.functions else ", which is not there yet"
        return HarnessError(
            f"the simulator does not know what to answer to {what}: {why}; it begins: {head or '(no text)'}",
            hint=f"say it in {name}(request) of {self.place}{there}; docs/simulator.md shows one",
            code="answers-missing",
        )


def read(path: Path) -> Answers:
    """The answers in a file, or in a package (a folder), whose modules import each other by `from . import`. No such file:
    none. Raises answers-failed."""
    file = path / "__init__.py" if path.is_dir() else path
    if not file.is_file():
        return Answers(place=str(path))
    found = Answers(place=str(file))
    try:
        module = _executed(file, package=path.is_dir())
    except Exception as error:
        at = traceback.extract_tb(error.__traceback__)[-1]
        raise found.failed(
            f"cannot be imported: {type(error).__name__}: {error} ({Path(at.filename).name}:{at.lineno})"
        ) from error
    functions = {name: getattr(module, name) for name in FUNCTIONS if callable(getattr(module, name, None))}
    if not functions:
        raise found.failed(f"defines none of {', '.join(FUNCTIONS)}")
    return Answers(place=str(file), functions=functions)


def _executed(file: Path, *, package: bool) -> ModuleType:
    """The module under a name of its own: no module of another name is hidden, and none hides it."""
    name = f"answers_{sha256(str(file.resolve()).encode()).hexdigest()[:12]}"
    for old in [one for one in sys.modules if one == name or one.startswith(f"{name}.")]:
        del sys.modules[old]
    places = [str(file.parent)] if package else None
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=places)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def request_of(asked: Asked, *, text: str = "", system: str = "", user: str = "", **other: Any) -> Request:
    """`asked` as an answer sees it; `other` are fields that are not the whole request's (of a Runware task)."""
    chance: Chance = other.pop("chance", asked.chance)
    body = other.pop("json", asked.json)
    model = body.get("model") if isinstance(body, dict) else ""
    return Request(
        host=asked.host,
        method=asked.method,
        path=asked.path,
        query=urlsplit(asked.uri).query,
        headers={
            name: value for name, value in asked.headers.items() if not any(word in name for word in _CREDENTIALS)
        },
        json=body,
        body=asked.body,
        model=model if isinstance(model, str) else "",
        text=text,
        system=system,
        user=user,
        random=chance.anew(),
        number=chance.fork("number").between(1, 2**31 - 1),
    )


def _problem(name: str, said: Any) -> str:
    """What is wrong with a result, or ""."""
    if said is None:
        return ""
    allowed = (dict, str) if name == "chat" else (dict,)
    if not isinstance(said, allowed):
        return (
            f"returned {type(said).__name__}; it may return {' or '.join(kind.__name__ for kind in allowed)}, or None"
        )
    if name != "chat":
        known = _IMAGE_KEYS if name == "image" else _SERVE_KEYS
        for key in said:
            if key not in known:
                return f"returned the unknown key {key!r}; {did_you_mean(str(key), known)}"
        return _status_problem(said)
    try:
        json.dumps(said)
    except (TypeError, ValueError) as error:
        return f"returned what is no JSON: {error}"
    return ""


def _status_problem(said: Mapping[str, Any]) -> str:
    status = (said.get("error") or {}).get("status", 400) if "error" in said else said.get("status", 200)
    return "" if type(status) is int and 200 <= status <= 599 else f"returned the status {status!r}"


def _shown(body: bytes) -> str:
    return body[: 8 * HEAD_CHARACTERS].decode("utf-8", "replace")
