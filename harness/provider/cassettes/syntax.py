"""The bytes of a cassette become plain values: strings, bytes, numbers, lists and mappings, and nothing is made of them.

YAML goes through libyaml's composer, which builds nodes and runs nothing; the nodes are turned into values here. Python
tags are refused, but for the header names that some recorders wrote as string objects. A key that stands twice in one
mapping is refused in YAML and JSON alike: libraries disagree about which of the two is meant.
"""

from __future__ import annotations

import json
from typing import Any

import yaml

PYTHON = "tag:yaml.org,2002:python/"
_STRING_CLASSES = ("multidict._multidict.istr", "multidict._multidict_py.istr", "multidict.istr", "builtins.str")


def of_json(data: bytes) -> Any:
    """Raises ValueError, RecursionError."""
    return json.loads(data, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))
        raise ValueError(TWICE.format(twice))
    return found


def of_yaml(data: bytes) -> tuple[Any, bool]:
    """The document, and whether header names were written as Python objects. Raises Unsafe, yaml.YAMLError, ValueError."""
    loader = _Loader(data)
    try:
        node = loader.get_single_node()
        built = _Built(loader)
        return (built.of(node) if node is not None else None), built.python_keys
    finally:
        loader.dispose()


TWICE = "the key {!r} stands twice, and nobody can say which is meant"
_STRING = "tag:yaml.org,2002:str"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """libyaml's loader; a plain scalar's type is looked up once for each text, as headers repeat themselves."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.tags: dict[str, str] = {}

    def resolve(self, kind: type, value: Any, implicit: Any) -> str:
        if kind is not yaml.ScalarNode:
            return super().resolve(kind, value, implicit)
        if not implicit[0]:
            return _STRING
        tag = self.tags.get(value)
        if tag is None:
            tag = self.tags[value] = super().resolve(kind, value, implicit)
        return tag

    def descend_resolver(self, current_node: Any, current_index: Any) -> None:
        """No path resolvers here."""

    def ascend_resolver(self) -> None:
        """No path resolvers here."""


class Unsafe(Exception):
    """A tag asks for a Python object to be made."""


class _Built:
    """Values of composed nodes. Strings, the overwhelming part, skip the loader's constructors."""

    def __init__(self, loader: Any) -> None:
        self.loader = loader
        self.python_keys = False
        self.seen: dict[int, Any] = {}

    def of(self, node: Any) -> Any:
        if type(node) is yaml.ScalarNode:
            return node.value if node.tag == _STRING else self.scalar(node)
        known = self.seen.get(id(node))
        if known is not None:
            return known
        if node.tag == "tag:yaml.org,2002:map":
            found: Any = {}
            self.seen[id(node)] = found
            for key, value in node.value:
                if key.tag == "tag:yaml.org,2002:merge":
                    raise _refused(key, "merge keys are not used in cassettes")
                try:
                    named = self.of(key)
                    if named in found:
                        raise _refused(key, TWICE.format(named))
                    found[named] = self.of(value)
                except TypeError:
                    raise _refused(key, "a key must be text") from None
            return found
        if node.tag == "tag:yaml.org,2002:seq":
            found = []
            self.seen[id(node)] = found
            found.extend([self.of(item) for item in node.value])
            return found
        return self.tagged(node)

    def scalar(self, node: Any) -> Any:
        if node.tag in (PYTHON + "str", PYTHON + "unicode"):
            return node.value
        if node.tag.startswith(PYTHON):
            raise Unsafe(node.tag.removeprefix(PYTHON))
        return self.loader.construct_object(node, deep=True)

    def tagged(self, node: Any) -> Any:
        if not node.tag.startswith(PYTHON):
            return self.loader.construct_object(node, deep=True)
        what = node.tag.removeprefix(PYTHON)
        if what.removeprefix("object/apply:").removeprefix("object/new:") in _STRING_CLASSES:
            arguments = node.value if type(node) is yaml.SequenceNode else []
            if len(arguments) == 1 and type(arguments[0]) is yaml.ScalarNode:
                self.python_keys = True
                return arguments[0].value
        if what == "tuple":
            return tuple(self.of(item) for item in node.value)
        if what == "object/new:_io.BytesIO" and type(node) is yaml.MappingNode:
            state = {self.of(key): self.of(value) for key, value in node.value}.get("state") or (b"",)
            return state[0] or b""
        raise Unsafe(what)


def _refused(node: Any, message: str) -> yaml.YAMLError:
    return yaml.constructor.ConstructorError(None, None, message, node.start_mark)
