"""What a request carried, by its Content-Type: JSON, a form, an upload. What is none of them, or too large for a file, is told."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from harness.core.action import OF_NO_TYPE, PLACEHOLDER
from harness.core.counts import count

JSON, FORM, UPLOAD = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"
LARGEST = 4096
"""Bytes of an upload that stand in a scenario's file."""
CSRF = "csrfmiddlewaretoken"
"""The field in which Django's own forms show where they come from; a scenario's caller shows it by a header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One of `body` (JSON) and `data` (a form) where there is one; `files` are None for what is no upload. `why` says what keeps it
    from standing in a scenario."""

    body: Any = None
    data: Mapping[str, Any] | None = None
    files: Mapping[str, list[dict[str, str]]] | None = None
    why: str = ""

    @property
    def said(self) -> dict[str, Any]:
        """All that was said in words."""
        texts = {name: [one["text"] for one in many if "text" in one] for name, many in (self.files or {}).items()}
        return {"body": self.body, "data": self.data, "files": [*texts.values()]}


@dataclass(slots=True)
class _Fields:
    """A field that came once is its value, one that came again a list."""

    found: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, value: str) -> None:
        if name == CSRF:
            return
        before = self.found.get(name)
        self.found[name] = value if before is None else [*(before if isinstance(before, list) else [before]), value]


def carried(kind: str, body: bytes) -> Carried:
    """`kind` is the Content-Type."""
    said = Message()
    said["content-type"] = kind or OF_NO_TYPE
    told = said.get_content_type()
    if not body:
        return Carried()
    try:
        if told == JSON:
            return Carried(body=json.loads(body))
        if told == FORM:
            return _form(body)
        if told == UPLOAD:
            return _upload(body, str(said.get_param("boundary", "")))
    except ValueError:
        return Carried(why=f"its body is no {told}, though it says so")
    return Carried(why=f"its body is {kind or 'of no kind'}: a scenario's is JSON, a form or an upload")


def _form(body: bytes) -> Carried:
    fields = _Fields()
    for name, value in parse_qsl(body.decode(), keep_blank_values=True, errors="strict"):
        fields.add(name, value)
    return Carried(data=fields.found)


def _upload(body: bytes, boundary: str) -> Carried:
    fields, files = _Fields(), dict[str, list[dict[str, str]]]()
    for name, file, kind, content in _parts(body, boundary.encode()):
        if file is None:
            fields.add(name, content.decode())
        elif len(content) > LARGEST:
            return Carried(
                why=f"its upload {file} has {count(len(content), 'byte')}, and a scenario's file holds {LARGEST}: press a smaller one, "
                "or read it in the scenario: files={...: (name, Path(...).read_bytes(), type)}"
            )
        elif file:  # a field in which no file was chosen
            files.setdefault(name, []).append({"name": file, "type": kind, **_said(content)})
    return Carried(data=fields.found, files=files)


def _said(content: bytes) -> dict[str, str]:
    """As text what is one, and in which nothing looks like a placeholder."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = "$x"
    return {"base64": base64.b64encode(content).decode()} if PLACEHOLDER.search(text) else {"text": text}


def _parts(body: bytes, boundary: bytes) -> Iterator[tuple[str, str | None, str, bytes]]:
    """(name, name of the file or None, type, content) of each, content to the byte. Raises ValueError."""
    between = b"\r\n--" + boundary
    _, *parts = (b"\r\n" + body).split(between)
    if not boundary or not parts or not parts[-1].startswith(b"--"):
        raise ValueError("no multipart")
    for part in parts[:-1]:
        head, blank, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        lines = dict(re.findall(r"(?im)^(content-[a-z-]+):\s*(.*?)\s*$", head.decode()))
        heads = {name.lower(): value for name, value in lines.items()}
        said = dict(re.findall(r'[; ](name|filename)="((?:[^"\\]|\\.)*)"', heads.get("content-disposition", "")))
        if not blank or "name" not in said:
            raise ValueError("no multipart")
        told = {word: re.sub(r"\\(.)", r"\1", text) for word, text in said.items()}
        yield told["name"], told.get("filename"), heads.get("content-type", OF_NO_TYPE), content
