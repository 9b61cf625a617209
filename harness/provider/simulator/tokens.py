"""A tokenizer stand-in: cuts text into pieces of about four characters, the way byte-pair encoders cut English.

A common word with the blank before it is one token, a long word several, digits go by three, punctuation by runs.
`"".join(split(text)) == text` always, so a text can be cut after n tokens and streamed token by token.
"""

from __future__ import annotations

import re

_PIECES = re.compile(r" ?[^\W\d_]+|\d{1,3}|\s+|[^\w\s]{1,3}|_+")
_WHOLE_WORD = 9
_PART = 5
PER_MESSAGE, PER_REPLY = 4, 3  # role and delimiters of a message; the primed reply


def split(text: str) -> list[str]:
    tokens: list[str] = []
    for piece in _PIECES.findall(text):
        if len(piece) <= _WHOLE_WORD:
            tokens.append(piece)
        else:
            tokens.extend(piece[at : at + _PART] for at in range(0, len(piece), _PART))
    return tokens


def count(text: str) -> int:
    return len(split(text))


def count_messages(messages: list[dict]) -> int:
    """Prompt tokens of a chat: its texts, and the fixed cost of each message and of the reply."""
    return sum(PER_MESSAGE + count(text_of(message)) for message in messages) + PER_REPLY


def text_of(message: dict) -> str:
    """The text of a message, whether its content is a string or a list of parts."""
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""
