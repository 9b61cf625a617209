"""What a file of ours may hold, as a value. Its reader checks by it, and its JSON schema and its page of reference are made of it: no key is
written twice.

kinds   what a value can be: a text, a whole number, a table of known keys ...
held    whether one is: what is refused of it, and where
schema  the same as a JSON schema
"""

from harness.core.shape.kinds import (
    Anything,
    Between,
    By,
    Each,
    Either,
    Fixed,
    Flag,
    Key,
    Keys,
    Kind,
    Named,
    Number,
    Text,
    Whole,
)

__all__ = ["Anything", "Between", "By", "Each", "Either", "Fixed", "Flag", "Key", "Keys", "Kind", "Named", "Number", "Text", "Whole"]  # fmt: skip
