"""Entering the island, as every verb and job does.

enter    the rest of a verb, inside: it shows its own errors, and only its exit code comes back
answer   a question to the inside: its value comes back, or its error
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from typing import Any

from harness.core.config import Config
from harness.core.errors import HarnessError, of_document
from harness.stack.isolation import island
from harness.stack.isolation.island import Island
from harness.stack.isolation.leaving import Word
from harness.verb.failure import guarded

__all__ = ["Island", "answer", "enter"]


def enter(config: Config, inside: Callable[[Island], int], *, isolation: str, as_json: bool = False) -> int:
    """Run `inside` in an island from which `config`'s provider hosts are the fake; its exit code, as island.run says.

    Raises StackError no-verdict where it ended without having given one: a task that calls os._exit in this interpreter."""
    word = Word()
    return word.heard(island.run(word.saying(guarded(inside, as_json)), hosts=config.provider_names, mode=isolation))


def answer(
    config: Config, ask: Callable[[Island], Any], *, isolation: str, silent: Callable[[int], HarnessError],
    plain: Callable[[Any], Any] | None = None,
) -> Any:  # fmt: skip
    """What `ask` returns in an island, as JSON has it; `plain` makes JSON of what is none.

    Raises the HarnessError that `ask` raised, and `silent(exit code)` where the island ended without an answer.
    """
    with tempfile.TemporaryFile("w+") as told:

        def inside(place: Island) -> int:
            try:
                document = {"answer": ask(place)}
            except HarnessError as error:
                document = {"error": error.document()}
            json.dump(document, told, default=plain)
            told.flush()
            return 0

        code = island.run(inside, hosts=config.provider_names, mode=isolation)
        told.seek(0)
        text = told.read()
    if not text:
        raise silent(code)
    document = json.loads(text)
    if "error" in document:
        raise of_document(document["error"])
    return document["answer"]
