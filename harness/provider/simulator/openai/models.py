"""What is known of OpenAI's models, by family. A model of no known family is answered, with a warning."""

from __future__ import annotations

from dataclasses import dataclass

from harness.provider.profiles import OPENAI
from harness.provider.simulator.openai.errors import unknown_model
from harness.provider.simulator.wire import Asked

SNAPSHOTS = {
    "gpt-5.1": "gpt-5.1-2025-11-13",
    "gpt-5": "gpt-5-2025-08-07",
    "gpt-5-mini": "gpt-5-mini-2025-08-07",
    "gpt-4.1": "gpt-4.1-2025-04-14",
    "gpt-4o": "gpt-4o-2024-08-06",
    "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """`reasoning` models take no max_tokens, and a temperature only where they do not reason."""

    prefix: str
    context_tokens: int
    reasoning: bool = False


FAMILIES = (
    Family(prefix="gpt-5", context_tokens=400_000, reasoning=True),
    Family(prefix="gpt-4.1", context_tokens=1_047_576),
    Family(prefix="gpt-4o", context_tokens=128_000),
    Family(prefix="gpt-4-turbo", context_tokens=128_000),
    Family(prefix="gpt-4", context_tokens=8_192),
    Family(prefix="gpt-3.5", context_tokens=16_385),
    Family(prefix="o1", context_tokens=200_000, reasoning=True),
    Family(prefix="o3", context_tokens=200_000, reasoning=True),
    Family(prefix="o4", context_tokens=200_000, reasoning=True),
)


def is_openai(asked: Asked) -> bool:
    """Whether OpenAI itself is asked, and not a host that speaks its API: only its own rules are known."""
    return asked.host in OPENAI.hosts


def family_of(asked: Asked, model: str) -> Family | None:
    if not is_openai(asked):
        return None
    return next((one for one in FAMILIES if model == one.prefix or model.startswith((f"{one.prefix}-", f"{one.prefix}."))), None)  # fmt: skip


def check(model: str) -> None:
    """A model whose name says that it does not exist is refused, as a key that says that it is revoked."""
    if "nonexistent" in model:
        raise unknown_model(model)


def unknown(model: str) -> str:
    """The warning that goes with an answer of a model of no known family."""
    return f"no rules of the model {model} are known: what it takes was not checked"
