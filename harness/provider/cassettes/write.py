"""Writes vcrpy v1 YAML with a `provenance` on top. Text bodies are block scalars, so that a diff can be read.

Stock vcrpy replays what is written here: bodies are decoded, so content-encoding is dropped (and kept as
`harness_encoding` beside the interaction, where vcrpy does not look). Every file is read back and compared before it
takes the place of the old one.
"""

from __future__ import annotations

import base64
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from harness.core.cassette import Cassette, Interaction
from harness.core.errors import HarnessError
from harness.provider.cassettes.digest import interactions_sha256
from harness.provider.cassettes.read import read

_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./+-]*(?: [A-Za-z0-9_./+-]+)*")
_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
_LITERAL = re.compile(
    "[\\t\\n\\x20-\\x7e\\xa0-\\u2027\\u202a-\\ud7ff\\ue000-\\ufefe\\uff00-\\ufffd\\U00010000-\\U0010ffff]*"
)


def write(cassette: Cassette, path: Path) -> None:
    """Write `cassette` to `path` atomically; provenance.interactions_sha256 is computed here.

    Raises HarnessError cassette-write when the file cannot be written, or would not read back as the same interactions.
    """
    wanted = interactions_sha256(cassette.interactions)
    text = dumps(
        replace(cassette, provenance=replace(cassette.provenance, interactions_sha256=wanted))
        if cassette.provenance
        else cassette
    )
    staged = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, staged = tempfile.mkstemp(dir=path.parent, prefix=".new-", suffix=".yaml")
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode("utf-8"))
        if not _reads_back(Path(staged), wanted):
            raise HarnessError(
                f"cassette {path.name} would not read back as it was written",
                hint="this is a defect of the writer: please report it with the interactions",
                code="cassette-write",
            )
        Path(staged).chmod(0o644)
        Path(staged).replace(path)
    except OSError as error:
        raise HarnessError(
            f"cannot write cassette {path}: {error.strerror or error}",
            hint="check the folder's permissions and free space",
            code="cassette-write",
        ) from None
    finally:
        if staged is not None:
            Path(staged).unlink(missing_ok=True)


def _reads_back(path: Path, wanted: str) -> bool:
    try:
        return interactions_sha256(read(path).interactions) == wanted
    except HarnessError:
        return False


def dumps(cassette: Cassette) -> str:
    """The file's text. `extra` top-level keys of foreign files are not carried over."""
    lines = ["version: 1"]
    if cassette.provenance is not None:
        lines.append("provenance:")
        about = asdict(cassette.provenance)
        lines.extend(_mapping(about if about["warnings"] else {k: v for k, v in about.items() if k != "warnings"}, 1))
    lines.append("interactions:" if cassette.interactions else "interactions: []")
    for one in cassette.interactions:
        lines.extend(_interaction(one))
    return "\n".join(lines) + "\n"


def _interaction(one: Interaction) -> Iterator[str]:
    request, response = one.request, one.response
    yield "- request:"
    yield f"    method: {scalar(request.method)}"
    yield f"    uri: {scalar(request.uri)}"
    yield from _headers(request.headers, 2)
    yield from _body("body", request.body, 2)
    yield "  response:"
    yield "    status:"
    yield f"      code: {response.status}"
    yield f"      message: {scalar(response.reason)}"
    yield from _headers(response.headers, 2)
    yield "    body:"
    yield from _body("string", response.body, 3)
    if response.encoding:
        yield f"  harness_encoding: {scalar(response.encoding)}"
    if one.times != 1:
        yield f"  harness_times: {one.times}"
    if one.timing_ms:
        yield f"  harness_timing_ms: [{', '.join(map(str, one.timing_ms))}]"


def _headers(headers: Mapping[str, tuple[str, ...]], depth: int) -> Iterator[str]:
    pad = "  " * depth
    if not headers:
        yield f"{pad}headers: {{}}"
        return
    yield f"{pad}headers:"
    for name, values in headers.items():
        yield f"{pad}  {scalar(name)}:" if values else f"{pad}  {scalar(name)}: []"
        for value in values:
            yield f"{pad}  - {scalar(value)}"


def _body(key: str, body: bytes, depth: int) -> Iterator[str]:
    pad = "  " * depth
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        yield f"{pad}{key}: !!binary |"
        encoded = base64.b64encode(body).decode()
        for start in range(0, len(encoded), 100):
            yield f"{pad}  {encoded[start : start + 100]}"
        return
    if not text:
        yield f"{pad}{key}: ''"
    elif (len(text) < 80 and "\n" not in text) or not _LITERAL.fullmatch(text):
        yield f"{pad}{key}: {scalar(text)}"
    else:
        yield from _literal(f"{pad}{key}", text, pad + "  ")


def _literal(key: str, text: str, pad: str) -> Iterator[str]:
    """A literal block. Its indentation is given ("|2") where the text itself begins with white space."""
    content = text.rstrip("\n")
    breaks = len(text) - len(content)
    if not content:  # only line breaks
        yield f"{key}: {scalar(text)}"
        return
    chomp = "-" if breaks == 0 else "" if breaks == 1 else "+"
    indicator = "2" if text[0] in " \t\n" else ""
    yield f"{key}: |{indicator}{chomp}"
    for line in content.split("\n"):
        yield pad + line if line else ""
    for _ in range(breaks - 1):
        yield ""


def _mapping(values: Mapping[str, Any], depth: int) -> Iterator[str]:
    pad = "  " * depth
    for key, value in values.items():
        if isinstance(value, (list, tuple)):
            yield f"{pad}{scalar(key)}:" if value else f"{pad}{scalar(key)}: []"
            for item in value:
                if isinstance(item, Mapping):
                    inner = list(_mapping(item, depth + 1))
                    yield f"{pad}- {inner[0].strip()}" if inner else f"{pad}- {{}}"
                    yield from inner[1:]
                else:
                    yield f"{pad}- {scalar(str(item))}"
        else:
            yield f"{pad}{scalar(key)}: {scalar(str(value))}"


def scalar(text: str) -> str:
    """One string on one line: plain where nothing can be misread, else single-quoted, else double-quoted; bytes that
    are no text (a header in Latin-1) as `!!binary`."""
    if not text.isascii() and any("\udc80" <= character <= "\udcff" for character in text):
        return f"!!binary {base64.b64encode(text.encode('utf-8', 'surrogateescape')).decode()}"
    if (_PLAIN.fullmatch(text) and text.lower() not in _WORDS) or re.fullmatch(r"https?://[A-Za-z0-9_./?&=%+-]+", text):
        return text
    if _LITERAL.fullmatch(text) and "\n" not in text and "\t" not in text:
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character == "\n":
        return "\\n"
    if " " <= character <= "~" or (_LITERAL.fullmatch(character) and character > "\xa0"):
        return character
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
