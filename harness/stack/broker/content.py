"""What a kombu message or a stored result says, for every serializer and compression that kombu has; nothing is executed.

Pickled bytes are read by an unpickler that builds plain data only: whatever would need a class of the target becomes text
that names it. A content type that cannot be read here (no yaml, no msgpack, a serializer of the target's own) is refused by
name: `Unreadable`.
"""

from __future__ import annotations

import bz2
import datetime
import decimal
import gzip
import io
import json
import lzma
import pickle
import reprlib
import uuid
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any


class Unreadable(Exception):
    """Says which content type or compression cannot be read, in words that end a sentence."""


def decode(payload: bytes, content_type: str, compression: str = "") -> Any:
    """The value that `payload` serializes. Raises Unreadable."""
    if compression:
        payload = _decompressed(payload, compression)
    reader = READERS.get(content_type)
    if reader is None:
        raise Unreadable(f"its content type is {content_type or 'not given'}; read are {', '.join(sorted(READERS))}")
    try:
        return plain(reader(payload))
    except Unreadable:
        raise
    except Exception as error:  # each library has errors of its own for bytes that are no such thing
        raise Unreadable(f"it says that it is {content_type} and is not: {type(error).__name__}: {error}") from None


def guessed(payload: bytes) -> Any:
    """The value of a stored result, which carries no content type: JSON, pickle, msgpack or YAML, the first that fits a mapping."""
    for content_type in (
        "application/json",
        "application/x-python-serialize",
        "application/x-msgpack",
        "application/x-yaml",
    ):
        try:
            found = decode(payload, content_type)
        except Unreadable:
            continue
        if isinstance(found, dict):
            return found
    raise Unreadable("it is no mapping in any serialization that kombu has")


def plain(value: Any) -> Any:
    """`value` as JSON has it: tuples and sets are lists, bytes are text where they are, anything else its own text."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {key if isinstance(key, str) else str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case set() | frozenset():
            return sorted((plain(item) for item in value), key=repr)
        case bytes():
            return value.decode("utf-8", "backslashreplace")
        case datetime.datetime() | datetime.date() | datetime.time():
            return value.isoformat()
    return str(value)


def _json(payload: bytes) -> Any:
    return json.loads(payload.decode("utf-8"), object_hook=_typed)


def _typed(value: dict[str, Any]) -> Any:
    """kombu writes a UUID, a date or a Decimal as {"__type__": ..., "__value__": ...}."""
    if value.keys() != {"__type__", "__value__"}:
        return value
    said = value["__value__"]
    return str(uuid.UUID(**said)) if value["__type__"] == "uuid" and isinstance(said, dict) else said


def _yaml(payload: bytes) -> Any:
    try:
        import yaml
    except ImportError:
        raise Unreadable("it is YAML, and PyYAML is not installed beside the harness") from None
    return yaml.safe_load(payload)


def _msgpack(payload: bytes) -> Any:
    try:
        import msgpack
    except ImportError:
        raise Unreadable("it is msgpack, and the package msgpack is not installed beside the harness") from None
    return msgpack.unpackb(payload, raw=False, strict_map_key=False)


class _Named:
    """Stands for an object of the target in a pickle: its class is named, what it is built from is kept and never run."""

    name = ""
    args: tuple[Any, ...] = ()
    state: Any = None
    items: tuple[Any, ...] = ()

    def __new__(cls, *args: Any, **kwargs: Any) -> _Named:
        made = object.__new__(cls)
        made.args = (*args, *(f"{key}={item}" for key, item in kwargs.items()))
        return made

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def append(self, item: Any) -> None:
        self.items = (*self.items, item)

    def extend(self, items: Any) -> None:
        self.items = (*self.items, *items)

    def __setitem__(self, key: Any, item: Any) -> None:
        self.items = (*self.items, f"{key}={item}")

    def __str__(self) -> str:
        return self.told()

    @reprlib.recursive_repr("...")
    def told(self) -> str:
        """ "shop.Basket(1, total=2.50)": what it was called with, what its state is, what was put in it."""
        parts = [*map(_said, self.args), *_state(self.state), *map(_said, self.items)]
        return f"{self.name}({', '.join(parts)})"


def _said(value: Any) -> str:
    return value if isinstance(value, str) else str(plain(value))


def _state(state: Any) -> Iterator[str]:
    """The fields of an object's state: a mapping, or one and the slots beside it; else the state itself."""
    match state:
        case None:
            return
        case Mapping():
            yield from (f"{name}={_said(value)}" for name, value in state.items())
        case (None | Mapping() as own, Mapping() as slots):
            yield from _state(own)
            yield from _state(slots)
        case _:
            yield _said(state)


_PLAIN_CLASSES: Mapping[tuple[str, str], Any] = {
    ("builtins", "set"): set,
    ("builtins", "frozenset"): frozenset,
    ("builtins", "complex"): complex,
    ("builtins", "bytearray"): bytearray,
    ("collections", "OrderedDict"): dict,
    ("collections", "defaultdict"): lambda *_: {},
    ("datetime", "datetime"): datetime.datetime,
    ("datetime", "date"): datetime.date,
    ("datetime", "time"): datetime.time,
    ("datetime", "timedelta"): datetime.timedelta,
    ("datetime", "timezone"): datetime.timezone,
    ("decimal", "Decimal"): decimal.Decimal,
    ("uuid", "UUID"): uuid.UUID,
    ("_codecs", "encode"): lambda text, encoding="utf-8": text.encode("latin-1" if encoding == "latin1" else encoding),
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        known = _PLAIN_CLASSES.get((module, name))
        if known is not None:
            return known
        # a class for each name: pickles may call it or build it, and nothing of the target is imported
        return type(name, (_Named,), {"name": f"{module}.{name}"})

    def persistent_load(self, pid: Any) -> Any:
        return str(pid)


def _pickle(payload: bytes) -> Any:
    return _Unpickler(io.BytesIO(payload)).load()


READERS: Mapping[str, Callable[[bytes], Any]] = {
    "application/json": _json,
    "application/x-yaml": _yaml,
    "application/yaml": _yaml,
    "application/x-msgpack": _msgpack,
    "application/x-python-serialize": _pickle,
    "application/data": lambda payload: payload,
    "text/plain": lambda payload: payload.decode("utf-8"),
}


def _decompressed(payload: bytes, compression: str) -> bytes:
    reader = COMPRESSIONS.get(compression)
    if reader is None:
        raise Unreadable(f"it is compressed as {compression}; read are {', '.join(sorted(COMPRESSIONS))}")
    try:
        return reader(payload)
    except (OSError, ValueError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise Unreadable(f"it says that it is {compression} and is not: {error}") from None


def _brotli(payload: bytes) -> bytes:
    import brotli

    done: bytes = brotli.decompress(payload)
    return done


def _zstd(payload: bytes) -> bytes:
    try:
        import zstandard
    except ImportError:
        raise Unreadable(
            "it is compressed as application/zstd, and zstandard is not installed beside the harness"
        ) from None
    done: bytes = zstandard.ZstdDecompressor().decompressobj().decompress(payload)
    return done


def _zlib_or_gzip(payload: bytes) -> bytes:
    """kombu's name for zlib is application/x-gzip."""
    return gzip.decompress(payload) if payload.startswith(b"\x1f\x8b") else zlib.decompress(payload)


COMPRESSIONS: Mapping[str, Callable[[bytes], bytes]] = {
    "application/x-gzip": _zlib_or_gzip,
    "application/gzip": _zlib_or_gzip,
    "application/x-bz2": bz2.decompress,
    "application/x-lzma": lzma.decompress,
    "application/x-brotli": _brotli,
    "application/zstd": _zstd,
}
