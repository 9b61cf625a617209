"""Ask the simulator the way the reference backend does: its own prompts, loaded by path, in its own request bodies."""

from __future__ import annotations

import base64
import importlib.util
import json
import sys
import uuid
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from harness.core.cassette import RecordedRequest, RecordedResponse
from harness.provider.simulator import answer, read

CHAT = "https://api.openai.com/v1/chat/completions"
IMAGES = "https://api.openai.com/v1/images/generations"
RUNWARE = "https://api.runware.ai/v1"
POSTS = "https://journal.tidewatercoffee.example/wp-json/wp/v2/posts"
MEDIA = "https://journal.tidewatercoffee.example/wp-json/wp/v2/media"
OWN = read(Path(__file__).resolve().parents[3] / "answers")
KEY = "Bearer sk-test-0000000000000000"
KEYWORDS = (
    ("organic coffee beans", 2400, 31, "commercial"),
    ("best organic coffee beans", 1900, 35, "commercial"),
    ("how to store coffee beans", 880, 20, "informational"),
    ("buy espresso beans online", 590, 40, "transactional"),
    ("coffee grinder reviews", 1200, 44, "commercial"),
    ("burr grinder vs blade grinder", 720, 25, "informational"),
    ("emergency plumber near me", 3000, 52, "transactional"),
)


@cache
def prompts() -> ModuleType:
    """The backend's prompt builders: pure functions of plain values."""
    path = Path(__file__).resolve().parents[3] / "reference/backend/igny8_core/ai/prompts.py"
    spec = importlib.util.spec_from_file_location("reference_prompts", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["reference_prompts"] = module
    spec.loader.exec_module(module)
    return module


def chat_body(prompt: Any, model: str = "gpt-5.1", **more: Any) -> dict[str, Any]:
    messages = [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}]
    body = {"model": model, "messages": messages, "max_completion_tokens": 8192, "temperature": 0.7}
    return {**body, "response_format": {"type": "json_object"}, **more}


def say(text: str, model: str = "gpt-4o-mini", **more: Any) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": text}], **more}


def post(uri: str, body: Any, *, key: str | None = KEY, seed: int = 0, **headers: str) -> RecordedResponse:
    sent = {"Content-Type": ("application/json",), **{k.replace("_", "-"): (v,) for k, v in headers.items()}}
    if key:
        sent["Authorization"] = (key,)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return answer(RecordedRequest(method="POST", uri=uri, headers=sent, body=raw), seed, answers=OWN)


def written(prompt: Any, **more: Any) -> Any:
    """The JSON object that the simulated model wrote."""
    response = post(CHAT, chat_body(prompt, **more))
    assert response.status == 200, response.body
    return json.loads(json.loads(response.body)["choices"][0]["message"]["content"])


def task(model: str, **more: Any) -> dict[str, Any]:
    return {
        "taskType": "imageInference", "taskUUID": str(uuid.uuid4()), "model": model, "positivePrompt": "A cup of coffee by a window",
        "numberResults": 1, "outputType": "URL", "outputFormat": "WEBP", "includeCost": True, **more,
    }  # fmt: skip


def basic(user: str = "editor", password: str = "XXXX XXXX XXXX XXXX") -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
