from dataclasses import dataclass

import openai
from django.conf import settings

#: may work a little later
PASSING = (openai.APIConnectionError, openai.RateLimitError, openai.InternalServerError)


class Unusable(Exception):
    """An answer came, but not one that can be sold."""


@dataclass
class Words:
    text: str
    tokens_in: int
    tokens_out: int


def _client(base_url, api_key):
    return openai.OpenAI(base_url=base_url, api_key=api_key, timeout=settings.AI_TIMEOUT, max_retries=0)


def _text():
    return _client(settings.TEXT_BASE_URL, settings.TEXT_API_KEY)


def ask(content, *, system, as_json=False):
    reply = _text().chat.completions.create(
        model=settings.TEXT_MODEL,
        messages=[{'role': 'system', 'content': system}, {'role': 'user', 'content': content}],
        **({'response_format': {'type': 'json_object'}} if as_json else {}),
    )
    text = reply.choices[0].message.content if reply.choices else None
    if not text or reply.choices[0].finish_reason != 'stop':
        raise Unusable('no complete answer')
    return Words(text.strip(), reply.usage.prompt_tokens, reply.usage.completion_tokens)


def stream(content, *, system):
    """Yields pieces of text, and returns the whole as Words. Raises Unusable for a stream that ended too early."""
    pieces, usage, reason = [], None, None
    with _text().chat.completions.create(
        model=settings.TEXT_MODEL,
        messages=[{'role': 'system', 'content': system}, {'role': 'user', 'content': content}],
        stream=True,
        stream_options={'include_usage': True},
    ) as chunks:
        for chunk in chunks:
            usage = chunk.usage or usage
            for choice in chunk.choices:
                reason = choice.finish_reason or reason
                if choice.delta.content:
                    pieces.append(choice.delta.content)
                    yield choice.delta.content
    if reason != 'stop' or usage is None or not pieces:
        raise Unusable('the stream ended too early')
    return Words(''.join(pieces).strip(), usage.prompt_tokens, usage.completion_tokens)


def draw(prompt, size, count):
    """Images as (base64 or None, URL or None); perhaps fewer than asked for."""
    reply = _client(settings.PICTURE_BASE_URL, settings.PICTURE_API_KEY).images.generate(
        model=settings.PICTURE_MODEL, prompt=prompt, n=count, size=f'{size}x{size}', response_format='b64_json')
    return [(image.b64_json, image.url) for image in reply.data or [] if image.b64_json or image.url]
