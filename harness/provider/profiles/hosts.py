"""Whom a request is for, by its URI or its Host header."""

from __future__ import annotations

from urllib.parse import urlsplit

_PORTS = {"https": 443, "http": 80, "wss": 443, "ws": 80}


def authority_of(uri: str) -> str:
    """Whom a URI is sent to: its host in small letters, and ":PORT" where that is not the scheme's own."""
    parts = urlsplit(uri)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    return host if parts.port in (None, _PORTS.get(parts.scheme)) else f"{host}:{parts.port}"


def name_of(authority: str) -> str:
    """An authority without its port."""
    name, _, port = authority.rpartition(":")
    return name if name and port.isdigit() else authority
