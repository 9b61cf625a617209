"""What a chat says, whatever API asks: the project's own answer, else what the request itself describes.

In this order: the project's `chat`; a call of the forced or only tool; an instance of the JSON schema; a few plain sentences
where the prompt names no structure. Anything else is not understood, and told: nothing is invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.provider.simulator import plain
from harness.provider.simulator.answers import Answers, Request, request_of
from harness.provider.simulator.instance import Unfit, fault_of, instance
from harness.provider.simulator.wire import Asked, compact, pretty


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a request asks for. `form` is text, json_object or json_schema; `tools` maps functions to their parameters.

    `choice` is auto, none, required, or "=NAME"; `returned` says that the conversation ends with what a tool returned.
    """

    system: str
    user: str
    text: str
    model: str
    form: str = "text"
    schema: Any = None
    tools: Mapping[str, Any]
    choice: str = "auto"
    returned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One of the three: `text`, a `refusal`, or a call: `tool` with its `arguments` as JSON text."""

    text: str = ""
    refusal: str = ""
    tool: str = ""
    arguments: str = ""

    @property
    def words(self) -> str:
        """What is counted, cut and streamed."""
        return self.arguments if self.tool else self.refusal or self.text


def say(asked: Asked, wish: Wish, answers: Answers) -> Said:
    """Raises answers-missing, answers-failed."""
    request = request_of(asked, text=wish.text, system=wish.system, user=wish.user)
    own = answers.ask("chat", request)
    if isinstance(own, str):
        return Said(text=own)
    if own is not None:
        return _own(own, wish, answers)
    chance = asked.chance.fork("said")
    try:
        tool = "" if wish.returned else _tool(wish, answers, request)
        if tool:
            return Said(tool=tool, arguments=compact(instance(wish.tools[tool] or {"type": "object"}, chance)))
        if wish.form == "json_schema":
            return Said(text=_json(instance(wish.schema, chance), wish))
    except Unfit as unfit:
        raise answers.missing("chat", request, str(unfit)) from None
    if wish.form == "json_object":
        raise answers.missing("chat", request, "it asks for a JSON object, and no schema says which")
    named = plain.structure_in(wish.text)
    if named:
        raise answers.missing("chat", request, f"its text names a structure ({named}) that nothing describes")
    return Said(text=plain.answer(chance))


def _own(own: Mapping[str, Any], wish: Wish, answers: Answers) -> Said:
    if own.keys() == {"refusal"} and isinstance(own["refusal"], str):
        return Said(refusal=own["refusal"])
    if own.keys() == {"tool", "arguments"} and wish.tools:
        if own["tool"] not in wish.tools:
            raise answers.failed(f"chat() calls the tool {own['tool']!r}; the request has {', '.join(wish.tools)}")
        return Said(tool=own["tool"], arguments=compact(own["arguments"]))
    fault = fault_of(wish.schema, own) if wish.form == "json_schema" else ""
    if fault:
        raise answers.failed(f"chat() does not fit the request's JSON schema: {fault}; a text is sent as it is")
    return Said(text=_json(own, wish))


def _tool(wish: Wish, answers: Answers, request: Request) -> str:
    """The function that is called, or "" for none."""
    if not wish.tools or wish.choice == "none":
        return ""
    if wish.choice.startswith("="):
        return wish.choice[1:] if wish.choice[1:] in wish.tools else ""
    if len(wish.tools) == 1:
        return next(iter(wish.tools))
    raise answers.missing(
        "chat", request, f"it offers the tools {', '.join(wish.tools)}, and which one is called is not said"
    )


def _json(value: Any, wish: Wish) -> str:
    """The older models indent the JSON that they write."""
    return compact(value) if wish.model.startswith("gpt-5") else pretty(value).decode()
