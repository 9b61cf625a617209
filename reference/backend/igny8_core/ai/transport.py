"""One POST to a provider, with its failures in our words."""

from __future__ import annotations

import logging
from typing import Any

import requests
from django.conf import settings

from igny8_core.ai.exceptions import AIProviderError

logger = logging.getLogger(__name__)


def post_json(provider: str, url: str, api_key: str, payload: Any) -> tuple[int, Any]:
    """(status, decoded body); the body is None when it is not JSON. Nothing is tried twice."""
    headers = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}
    try:
        response = requests.post(url, headers=headers, json=payload, timeout=settings.AI_REQUEST_TIMEOUT_S)
    except requests.Timeout as error:
        raise AIProviderError("timeout", "The provider did not answer in time.", provider) from error
    except requests.RequestException as error:
        logger.warning("%s: connection failed: %s", provider, error)
        raise AIProviderError("server", "The connection to the provider failed.", provider) from error
    try:
        body = response.json()
    except ValueError:
        body = None
    return response.status_code, body
