"""What the engine expects of a function, and what the functions share."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from igny8_core.ai.exceptions import AIProviderError, AIValidationError
from igny8_core.ai.prompts import Prompt
from igny8_core.auth.models import Account, TenantModel


@dataclass(frozen=True, slots=True)
class Batch:
    """What one provider call works on. `label` names it for people; the related object is what the charge is for."""

    account: Account
    items: Sequence[Any]
    label: str
    related_type: str
    related_id: int


class AIFunction(ABC):
    """A text operation. The engine calls validate, prepare, then for each batch claim, build_prompt,
    parse_response, save_output; and fail when any of them, or the provider, did not work out."""

    name: str
    display_name: str
    description: str
    max_items: int = 50

    def get_name(self) -> str:
        return self.name

    def get_metadata(self) -> dict[str, Any]:
        return {"display_name": self.display_name, "description": self.description, "max_items": self.max_items}

    def validate(self, payload: dict[str, Any], account: Account) -> None:
        """Raise AIValidationError unless the payload names rows of this account."""
        ids = payload_ids(payload, self.max_items)
        if self.queryset(account).filter(pk__in=ids).count() != len(ids):
            raise AIValidationError("Some ids do not exist.")

    def rows(self, payload: dict[str, Any], account: Account) -> list[Any]:
        """The rows that the payload names, in the order in which they were made."""
        return list(self.queryset(account).filter(pk__in=payload["ids"]).order_by("pk"))

    @abstractmethod
    def queryset(self, account: Account) -> QuerySet[TenantModel]: ...

    @abstractmethod
    def prepare(self, payload: dict[str, Any], account: Account) -> list[Batch]: ...

    def claim(self, batch: Batch) -> bool:
        """Mark the batch as being worked on; False if it is no longer to be done."""
        return True

    @abstractmethod
    def build_prompt(self, batch: Batch) -> Prompt: ...

    @abstractmethod
    def parse_response(self, text: str) -> dict[str, Any]: ...

    @abstractmethod
    def save_output(self, parsed: dict[str, Any], batch: Batch) -> int:
        """Write the rows; return how many. Runs in a transaction."""

    def fail(self, batch: Batch, error: str) -> None:
        """Record that the batch did not work out."""
        return None


def payload_ids(payload: dict[str, Any], max_items: int) -> list[int]:
    """payload["ids"]: distinct integers, at least one."""
    ids = payload.get("ids")
    if not isinstance(ids, list) or not ids:
        raise AIValidationError("ids must be a non-empty list.")
    if not all(isinstance(i, int) and not isinstance(i, bool) for i in ids):
        raise AIValidationError("ids must be integers.")
    if len(set(ids)) > max_items:
        raise AIValidationError(f"At most {max_items} ids at a time.")
    return sorted(set(ids))


def malformed(message: str) -> AIProviderError:
    """The model's answer is not what the prompt asked for."""
    return AIProviderError("malformed", message, "openai")


def json_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        raise malformed("The answer is not JSON.") from None
    if not isinstance(value, dict):
        raise malformed("The answer is not a JSON object.")
    return value


def string_of(value: dict[str, Any], key: str, *, required: bool = False) -> str:
    found = value.get(key)
    found = found.strip() if isinstance(found, str) else ""
    if required and not found:
        raise malformed(f"The answer lacks {key}.")
    return found


def strings_of(value: dict[str, Any], key: str) -> list[str]:
    found = value.get(key)
    if not isinstance(found, list):
        return []
    return [item.strip() for item in found if isinstance(item, str) and item.strip()]


def word_count(html: str) -> int:
    return len(re.sub(r"<[^>]+>", " ", html).split())


def comma_list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
