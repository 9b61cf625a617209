"""Where something is asked for, without any secret."""

import re
from urllib.parse import unquote, urlsplit

MASK = "**"


def of_url(url):
    """{"url", "kind", "host", "port", "database"} of redis://user:secret@host:port/0 and its like."""
    url = str(url or "")
    if "://" not in url:
        return server(url, url, "", "", "")
    # kombu takes several, for failing over, and prefixes such as sentinel://a;sentinel://b
    first = url.split(";")[0]
    kind = first.split("://")[0]
    try:
        parts = urlsplit(first)
        host, port = parts.hostname or "", str(parts.port or "")
    except ValueError:
        host = port = ""
        parts = urlsplit(kind + "://")
    path = unquote(parts.path).lstrip("/")
    if "sock" in kind or kind.endswith("+socket") or kind == "unix":
        found = re.search(r"(?:virtual_host|db)=([^&]*)", parts.query)
        return server(masked(url), kind, unquote(parts.path), "", found.group(1) if found else "")
    if kind.startswith("redis") or kind == "valkey":
        found = re.search(r"(?:^|&)db=(\d+)", parts.query)
        path, port = path or (found.group(1) if found else "0"), port or "6379"
    return server(masked(url), kind, host, port, path)


def server(url, kind, host, port, database):
    return {"url": url, "kind": kind, "host": host, "port": port, "database": database}


def masked(url):
    """The URL with ** for its password, and for every value of its query that may be one."""
    url = re.sub(r"(?<=://)([^/@;:]*):[^/;]*@", lambda m: f"{m.group(1)}:{MASK}@", str(url))
    url = re.sub(r"(?<=://)([^/@;:]{20,})@", MASK + "@", url)
    return re.sub(r"([?&][^=&]*(?:pass|secret|token|key)[^=&]*=)[^&;]*", r"\1" + MASK, url, flags=re.IGNORECASE)
