"""docs/reference.md: every key of every file, from the shapes that their readers check by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harness.core.shape import (
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
from harness.core.shape.held import with_key
from harness.verb.schemas import File

HEAD = """# Reference

Every key of every file that people write. This page is made of the code that reads them: `harness schema --page`. What the files are for is
told in [formats.md](formats.md). A key that stands here in bold must be there. Keys that nobody knows are errors with "did you mean".

`harness schema NAME` prints the JSON schema of one of them, `harness schema --write` puts all of them into `.harness/schemas`, where the
first line of a harness.toml that `harness init` wrote has an editor look for it:

    #:schema .harness/schemas/harness.schema.json

Goldens and the others are found by a `.taplo.toml`:

    [[rule]]
    include = ["**/*.golden.toml"]
    schema = { path = ".harness/schemas/golden.schema.json" }

Not here are scenarios, which are Python (`harness/core/scenario.py`), what only a machine writes (surfaces, coverage.toml, varied.toml, reach.toml,
durations.toml), and what a job keeps in `contracts/` (checklist.toml, snapshot.toml, legacy.toml, celery.toml, schema, api): formats.md has these.
"""


def page(files: Iterable[File]) -> str:
    return "\n".join([HEAD, *(line for file in files for line in _file(file))])


def _file(file: File) -> Iterator[str]:
    yield from (f"## {file.name}", "", file.says, "")
    for title, keys in _tables("", file.shape):
        if title:
            yield from (f"### `{title}`", "")
        yield from ("| key | what stands there | what it says |", "|---|---|---|")
        for key in keys.keys:
            yield f"| {_called(key)} | {told(key.of)} | {_cell(key.says)} |"
        yield ""
        for rule in keys.rules:
            yield from (_rule(rule), "")


def _called(key: Key) -> str:
    return f"**`{key.name}`**" if key.needed else f"`{key.name}`"


def _rule(rule: Between) -> str:
    first, *rest = (f"`{name}`" for name in rule.keys)
    if rule.how == "the first only with":
        return f"{first} only with {', '.join(rest)}."
    return f"{rule.how.capitalize()} {', '.join([first, *rest])}."


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _tables(title: str, kind: Kind) -> Iterator[tuple[str, Keys]]:
    """(title, a table of known keys), from the outside in."""
    match kind:
        case Keys():
            yield title, kind
            for key in kind.keys:
                yield from _tables(_below(title, key.name, key.of), key.of)
        case By():
            for said in kind.of:
                yield f"{title} with {kind.key} = {said}", with_key(kind, said)
                for key in kind.of[said].keys:
                    yield from _tables(_below(title, key.name, key.of), key.of)
        case Named():
            yield from _tables(_below(title, kind.name, kind.of), kind.of)
        case Each():
            yield from _tables(title, kind.of)
        case Either():
            for one in kind.kinds:
                yield from _tables(title, one)


def _below(title: str, name: str, kind: Kind) -> str:
    inner = f"{title.strip('[]')}.{name}" if title else name
    return f"[[{inner}]]" if isinstance(kind, Each) else f"[{inner}]"


def told(kind: Kind) -> str:
    """What may stand there, in words."""
    match kind:
        case Text():
            return " or ".join(f'`"{one}"`' for one in kind.choices) or "text"
        case Whole():
            least, most = kind.least, kind.most
            how = f", {least} to {most}" if None not in (least, most) else f", {least} or more" if least is not None else ""  # fmt: skip
            return f"whole number{how}"
        case Number():
            return f"number above {kind.above:g}"
        case Flag():
            return "true or false"
        case Fixed():
            return f"`{str(kind.value).lower()}`"
        case Anything():
            return "anything"
        case Each():
            return f"{told(kind.of)}, or a list of them" if kind.or_one else f"list: {told(kind.of)}"
        case Named():
            return f"table: `{kind.name}` = {told(kind.of)}"
        case Keys() | By():
            return "table"
        case Either():
            return " or ".join(dict.fromkeys(map(told, kind.kinds)))
