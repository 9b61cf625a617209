"""What stands for a credential until it is known by name: a keyed digest of it, which says nothing to whoever has no key.

The fake puts a mark where a client sent a credential; whoever holds the key finds out which places of the world hold the
same text, and puts their names instead (harness.cell.credentials).
"""

from __future__ import annotations

import hashlib
import re

MARK = re.compile(r"<secret:([0-9a-f]{32})>")
SECRET = re.compile(
    r"(^|[_.])((api|access|private|secret|auth)_?key|token|secret|password|passwd|credentials?)s?($|[_.])",
    re.IGNORECASE,
)
"""Columns and variables whose values are secrets by their name."""
UNKNOWN = "{unknown}"
"""What is told of a credential that no place of the world holds."""
MOST_CHARACTERS = 8192
"""Longer texts are no credentials: a private key in PEM has about 3,000."""


def digest(key: bytes, text: str) -> str:
    """Of a key drawn for the run; 32 hexadecimal digits."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=key, digest_size=16).hexdigest()


def mark(key: bytes, text: str) -> str:
    """What a history has in the place of `text`, until it is named; nothing for nothing."""
    return f"<secret:{digest(key, text)}>" if text else ""
