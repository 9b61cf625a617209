"""The one shape of OpenAI's errors: {"error": {message, type, param, code}}."""

from __future__ import annotations

from collections.abc import Mapping


class Refused(Exception):
    """OpenAI says no. `kind` is the error's type."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        param: str | None = None,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"message": message, "type": kind, "param": param, "code": code}}
        self.headers = dict(headers or {})


def unknown_model(model: str) -> Refused:
    return Refused(404, f"The model `{model}` does not exist or you do not have access to it.", code="model_not_found")


def unknown_parameter(name: str) -> Refused:
    return Refused(400, f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter")


def missing_parameter(name: str) -> Refused:
    return Refused(400, f"Missing required parameter: '{name}'.", param=name, code="missing_required_parameter")


def unsupported_value(name: str, value: object, why: str) -> Refused:
    return Refused(
        400, f"Unsupported value: '{name}' does not support {value} with this model. {why}".strip(),
        param=name, code="unsupported_value",
    )  # fmt: skip


def invalid_value(name: str, value: object, allowed: str) -> Refused:
    return Refused(400, f"Invalid value: '{value}'. {allowed}", param=name, code="invalid_value")


def context_exceeded(context: int, needed: int, param: str) -> Refused:
    return Refused(
        400, f"This model's maximum context length is {context} tokens. However, your messages resulted in {needed} tokens.",
        param=param, code="context_length_exceeded",
    )  # fmt: skip
