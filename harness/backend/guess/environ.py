"""Which variables say where the database, the broker and a cache are: by what the checkout's own .env files and the source say of them.

said     name -> what a .env file says, else what stands in the source as a default
addresses  name -> what stands in the stack where a server is said
shape    a whole address of a server -> what stands there in the stack
reads    name -> words of what it is read into: what it is assigned to, the key or argument that it is, who is called with it
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from harness.backend.guess import source
from harness.backend.guess.settings import SET

QUEUE = "{redis_url}"
PLACE = "://" + "@".join(("{db_user}:{db_password}", "{db_host}:{db_port}/{db_name}"))
"""Behind the scheme of an address: of whatever kind it is, it is kept."""
_DATABASE = re.compile(r"(?i)(?:postgres|postgresql|postgis|pgsql|psql|timescale\w*)(?:\+\w+)?(?=://)")
_QUEUE = re.compile(r"(?i)(?:rediss?|valkeys?|amqps?|pyamqp|sentinel|sqs|memcached?)(?:\+\w+)?(?=://)")
_LINE = re.compile(r"(?m)^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=[ \t]*(.*?)[ \t]*$")
DATABASES = {"database", "databases", "db", "pg", "pgsql", "psql", "postgres", "postgresql", "postgis", "sql"}
QUEUES = {"broker", "redis", "valkey", "amqp", "rabbitmq", "caches", "location"}
RESULTS = {"result", "backend"}
PARTS = {"host", "port", "name", "user", "username", "password", "engine", "schema", "sslmode", "test", "debug", "enabled", "use", "timeout", "age", "pool", "size", "max", "min"}  # fmt: skip
"""Words of what is but a part of an address, or none."""


def said(variables: Iterable[source.Variable], folders: Iterable[Path]) -> dict[str, str]:
    """Of those that the source reads."""
    files, known = written(folders), {one.name: one.default or "" for one in variables}
    return {name: value for name, default in known.items() if (value := files.get(name, default))}


def addresses(said: Mapping[str, str], host: str, *, database: bool) -> dict[str, str]:
    """Variables in which the server `host` is said, with what stands there in the stack: of a database all of its address, else the host alone, too."""
    found = {}
    for name, value in said.items():
        if host and host in hosts(value) and name not in SET:
            stands = shape(value) or ("" if "://" in value else "{host}")
            if stands and database == (stands not in ("{host}", QUEUE)):
                found[name] = stands
    return found


def written(folders: Iterable[Path]) -> dict[str, str]:
    """What .env files say, those of a name of their own (.env.example) where .env says nothing."""
    found: dict[str, str] = {}
    for folder in dict.fromkeys(folders):
        for path in sorted(folder.glob(".env*"), key=lambda one: (one.name != ".env", one.name)):
            try:
                text = path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                continue
            for name, value in _LINE.findall(text):
                found.setdefault(name, _bare(value))
    return found


def _bare(value: str) -> str:
    quoted = re.match(r"""(["'])(.*?)\1""", value)
    return quoted[2] if quoted else re.sub(r"\s+#.*$", "", value)


def shape(value: str) -> str:
    """ "" for what is no address of a database or a broker."""
    if found := _DATABASE.match(value):
        return f"{found[0]}{PLACE}"
    return QUEUE if _QUEUE.match(value) else ""


def hosts(value: str) -> list[str]:
    """Of an address, or of several that stand for one server; of a text that is none what stands before its port."""
    return re.findall(r"://(?:[^/@\s]*@)?([\w.-]+)", value) or [value.partition(":")[0]]


def by_words(name: str, read: Iterable[str]) -> str:
    """What stands in the stack where a variable of that name, which is `read` so, says a whole address; "" where it seems to say none."""
    said = {*words(name), *read}
    if said & PARTS:
        return ""
    return f"postgres{PLACE}" if said & DATABASES else QUEUE if said & QUEUES or said >= RESULTS else ""


def words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


def reads(root: Path) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for path in source.files(root):
        for name, said in _within(path, source.tree(path) or ast.Module(body=[], type_ignores=[]), frozenset()):
            found[name] = found.get(name, frozenset()) | said
    return found


def _within(path: Path, node: ast.AST, said: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Of what is nested the nearest name holds, and who is called with it beside."""
    one = source.variable(path, node)
    if one is not None:
        yield one.name, said
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from _within(
                path, value, frozenset(word for target in targets for word in words(ast.unparse(target)))
            )
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                named = words(key.value) if isinstance(key, ast.Constant) and isinstance(key.value, str) else ()
                yield from _within(path, value, frozenset(named) or said)
        case ast.keyword(arg=str(arg), value=value):
            yield from _within(path, value, frozenset(words(arg)) | said)
        case ast.Call(func=func) if one is None:
            for child in ast.iter_child_nodes(node):
                yield from _within(path, child, said | frozenset(words(ast.unparse(func))))
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _within(path, child, said)
