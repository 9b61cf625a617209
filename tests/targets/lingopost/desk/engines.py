"""The two engines. `Busy` may pass by itself, `Refused` will not."""

import json
from dataclasses import dataclass, field
from uuid import uuid4

import openai
import requests
from django.conf import settings


class Busy(Exception):
    pass


class Refused(Exception):
    pass


@dataclass
class Answer:
    provider: str
    ref: str
    text: str
    model: str = ""
    meters: dict = field(default_factory=dict)


def translate(text, target):
    key = settings.DEEPL_AUTH_KEY
    host = settings.DEEPL_SERVER or ("https://api-free.deepl.com" if key.endswith(":fx") else "https://api.deepl.com")
    try:
        reply = requests.post(
            f"{host}/v2/translate",
            json={"text": [text], "target_lang": target, "show_billed_characters": True},
            headers={"Authorization": f"DeepL-Auth-Key {key}"},
            timeout=settings.ENGINE_TIMEOUT_S,
        )
    except requests.RequestException as error:
        raise Busy(f"translator unreachable: {type(error).__name__}") from error
    if reply.status_code == 429 or reply.status_code >= 500:
        raise Busy(f"translator said {reply.status_code}")
    if reply.status_code != 200:
        raise Refused(f"translator said {reply.status_code}")
    try:
        found = reply.json()["translations"][0]
        text = found["text"]
    except (ValueError, LookupError, TypeError) as error:
        raise Refused("translator's answer was not understood") from error
    return Answer(
        provider="deepl",
        ref=reply.headers.get("X-Trace-ID") or str(uuid4()),
        text=text,
        meters={"characters": found.get("billed_characters")},
    )


def chat(system, user, *, model=None, schema=None):
    """One chat completion. With a `schema` the text is known to be JSON."""
    client = openai.OpenAI(api_key=settings.OPENAI_API_KEY, timeout=settings.ENGINE_TIMEOUT_S, max_retries=0)
    more = {}
    if schema:
        more["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": True, "schema": schema},
        }
    try:
        reply = client.chat.completions.create(
            model=model or settings.CHAT_MODEL,
            messages=[{"role": "system", "content": system}, {"role": "user", "content": user}],
            **more,
        )
    except openai.RateLimitError as error:
        if error.code == "insufficient_quota":
            raise Refused("our own quota is used up") from error
        raise Busy("chat said 429") from error
    except (openai.APIConnectionError, openai.InternalServerError) as error:
        raise Busy(f"chat: {type(error).__name__}") from error
    except openai.APIError as error:
        raise Refused(f"chat: {error.message}"[:200]) from error
    choice = reply.choices[0] if reply.choices else None
    if choice is None or choice.finish_reason != "stop" or not choice.message.content:
        raise Refused(f"chat ended with {choice.finish_reason if choice else 'nothing'}")
    if schema:
        try:
            json.loads(choice.message.content)
        except ValueError as error:
            raise Refused("chat's answer was no JSON") from error
    usage = reply.usage
    cached = (usage.prompt_tokens_details.cached_tokens or 0) if usage.prompt_tokens_details else 0
    return Answer(
        provider="openai",
        ref=reply._request_id or reply.id,
        text=choice.message.content,
        model=reply.model,
        meters={
            "tokens_in": usage.prompt_tokens - cached,
            "tokens_cached": cached,
            "tokens_out": usage.completion_tokens,
        },
    )
