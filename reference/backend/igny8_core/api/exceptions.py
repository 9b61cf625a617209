"""Every error, in the envelope.

validation_error 400, parse_error 400, not_authenticated 401, insufficient_credits 402, permission_denied 403,
not_found 404, method_not_allowed 405, conflict 409, unsupported_media_type 415, server_error 500,
provider_error 502, service_unavailable 503
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import DataError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from igny8_core.ai.exceptions import AIProviderError, AIValidationError
from igny8_core.api.responses import failure
from igny8_core.business.billing.exceptions import InsufficientCreditsError

logger = logging.getLogger(__name__)


class Conflict(exceptions.APIException):
    status_code = 409
    default_code = "conflict"
    default_detail = "The request conflicts with the present state."


class ServiceUnavailable(exceptions.APIException):
    status_code = 503
    default_code = "service_unavailable"
    default_detail = "The work queue is not reachable; try again later."


CODES: dict[type[Exception], str] = {
    exceptions.ParseError: "parse_error",
    exceptions.NotAuthenticated: "not_authenticated",
    exceptions.AuthenticationFailed: "not_authenticated",
    exceptions.PermissionDenied: "permission_denied",
    exceptions.NotFound: "not_found",
    Http404: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    Conflict: "conflict",
    ServiceUnavailable: "service_unavailable",
}


def envelope_exception_handler(exc: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler: known errors by their kind, anything else logged and answered with 500."""
    match exc:
        case InsufficientCreditsError():
            fields = {"required": exc.required, "available": exc.available}
            return failure(402, "insufficient_credits", str(exc), fields)
        case AIProviderError():
            return failure(502, "provider_error", exc.message, {"provider": exc.provider, "provider_code": exc.code})
        case AIValidationError():
            return failure(400, "validation_error", str(exc))
        case DataError():
            return failure(400, "validation_error", "The request holds a value that cannot be looked up or stored.")
        case exceptions.ValidationError():
            return _validation_failure(exc)
    code = next((code for kind, code in CODES.items() if isinstance(exc, kind)), None)
    response = exception_handler(exc, context)
    if code is None or response is None:
        logger.exception("unhandled error in %s", type(context.get("view")).__name__, exc_info=exc)
        return failure(500, "server_error", "Something went wrong on our side.")
    envelope = failure(response.status_code, code, str(response.data.get("detail", exc)))
    for name in ("WWW-Authenticate", "Retry-After", "Allow"):
        if name in response.headers:
            envelope.headers[name] = response.headers[name]
    return envelope


def _validation_failure(exc: exceptions.ValidationError) -> Response:
    detail = exc.detail
    if isinstance(detail, dict):
        return failure(400, "validation_error", "The request is not valid.", detail)
    return failure(400, "validation_error", " ".join(str(part) for part in detail))


def _plain(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse({"success": False, "error": {"code": code, "message": message}}, status=status)


def handle_404(request: HttpRequest, exception: Exception) -> JsonResponse:
    return _plain(404, "not_found", "There is nothing at this address.")


def handle_500(request: HttpRequest) -> JsonResponse:
    return _plain(500, "server_error", "Something went wrong on our side.")


def handle_400(request: HttpRequest, exception: Exception) -> JsonResponse:
    return _plain(400, "bad_request", "The request could not be read.")
