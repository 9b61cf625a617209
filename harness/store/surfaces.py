"""Surface files: ID.surface beside the golden; what a phase changes of them all is surface.delta in the phase's folder.

    # surface 1: written by harness golden accept orders/refund --why "..."
    # why: a refund has its own row since 2.1
    [manual, direct]
    message shop.refund [<order>] {} => SUCCESS ...
    tx worker ~ accounts <account> credits:100->80

One line a fact, no line depends on another: files merge as text. A varied world ([manual~distinct]) has what it changes of its path: `@N-M`, where
M lines go before those that come (+). A delta has cells instead of paths, and for each place `@N`,
the line before it, the lines that go (-) and those that come (+). Raises surface-format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from harness.core.errors import HarnessError
from harness.core.golden.surface import FORMAT, Delta, Hunk, Locked, Surfaces, hunks

SUFFIX = ".surface"
DELTA = "surface.delta"
PLACE = re.compile(r"@(\d+)-(\d+)")


def path_of(folder: Path, scenario: str) -> Path:
    return folder / f"{scenario}{SUFFIX}"


def read_all(folder: Path, phases: Mapping[int, Path] = {}) -> Surfaces:
    """Every surface below the scenario folder, and every delta of the phases, by number."""
    base = {}
    for path in sorted(folder.rglob(f"*{SUFFIX}")):
        name = path.relative_to(folder).as_posix().removesuffix(SUFFIX)
        why, sections = _read(path, name)
        plain = {key: tuple(lines) for key, lines in sections.items() if "~" not in key}
        varied = {
            key: _varied(plain.get(key.partition("~")[0], ()), lines, path)
            for key, lines in sections.items()
            if "~" in key
        }
        base[name] = Locked(scenario=name, why=why, paths=plain | varied)
    deltas = {}
    for number, phase in phases.items():
        if (path := phase / DELTA).is_file():
            why, sections = _read(path, "ID")
            deltas[number] = Delta(
                why=why, cells={cell: tuple(_hunks(lines, path)) for cell, lines in sections.items()}
            )
    return Surfaces(base=base, deltas=deltas)


def text_of(locked: Locked) -> str:
    """The file's text. The same surface always gives the same bytes; paths that agree share their lines."""
    plain = {key: lines for key, lines in locked.paths.items() if "~" not in key}
    varied = {
        key: tuple(_changes(locked.paths.get(key.partition("~")[0], ()), lines))
        for key, lines in sorted(locked.paths.items())
        if "~" in key
    }
    return _written(locked.scenario, locked.why, plain) + _sections(varied)


def _changes(plain: Sequence[str], varied: Sequence[str]) -> Iterator[str]:
    """What makes `varied` of `plain`: what goes stands there already."""
    for hunk in hunks(tuple(plain), tuple(varied)):
        yield f"@{hunk.at}-{len(hunk.gone)}"
        yield from (f"+ {line}" for line in hunk.come)


def _varied(plain: Sequence[str], changes: Iterable[str], path: Path) -> tuple[str, ...]:
    made, taken = list[str](), 0
    for line in changes:
        if line.startswith("+ "):
            made.append(line[2:])
        elif found := PLACE.fullmatch(line):
            at, gone = int(found[1]), int(found[2])
            made += plain[taken:at]
            taken = at + gone
        else:
            raise _wrong(path, 0, f"neither a place nor a line of one: {line}")
    return (*made, *plain[taken:])


def delta_text(delta: Delta) -> str:
    lines = {cell: tuple(_hunk_lines(hunks)) for cell, hunks in sorted(delta.cells.items()) if hunks}
    return _written("ID", delta.why, lines)


def _hunk_lines(hunks: Iterable[Hunk]) -> Iterator[str]:
    for hunk in hunks:
        yield f"@{hunk.at}"
        if hunk.after:
            yield f"  {hunk.after}"
        yield from (f"- {line}" for line in hunk.gone)
        yield from (f"+ {line}" for line in hunk.come)


def _written(scenario: str, why: str, sections: Mapping[str, Sequence[str]]) -> str:
    head = (
        f'# surface {FORMAT}: written by harness golden accept {scenario} --why "..."\n# why: {" ".join(why.split())}\n'
    )
    return head + _sections(sections)


def _sections(sections: Mapping[str, Sequence[str]]) -> str:
    together: dict[tuple[str, ...], list[str]] = {}
    for name, lines in sections.items():
        together.setdefault(tuple(lines), []).append(name)
    out = list[str]()
    for lines, names in together.items():
        out += [f"[{', '.join(names)}]", *map(_escaped, lines)]
    return "".join(f"{line}\n" for line in out)


def _read(path: Path, name: str) -> tuple[str, dict[str, list[str]]]:
    """The reason and the lines of each path."""
    text = path.read_text("utf-8", "surrogateescape").split("\n")
    if not text[0].startswith(f"# surface {FORMAT}:"):
        raise _wrong(path, 1, f"it does not begin with '# surface {FORMAT}:'")
    why, sections, current = "", dict[str, list[str]](), list[list[str]]()
    for number, line in enumerate(text[1:], 2):
        if line.startswith("# why: "):
            why = line.removeprefix("# why: ")
        elif line.startswith(("<<<<<<<", "=======", ">>>>>>>")):
            raise _wrong(
                path, number, "a merge is not resolved", f"drive both and accept: harness golden accept {name}"
            )
        elif line.startswith("[") and line.endswith("]"):
            current = [sections.setdefault(one, []) for one in line[1:-1].split(", ")]
        elif line and not current:
            raise _wrong(path, number, f"a line before the first path: {line}")
        elif line:
            for lines in current:
                lines.append(_plain(line))
    return why, sections


def _hunks(lines: Iterable[str], path: Path) -> Iterator[Hunk]:
    at, after, gone, come = -1, "", list[str](), list[str]()
    for line in [*lines, "@0"]:
        mark, text = line[:2], line[2:]
        if line.startswith("@"):
            if at >= 0:
                yield Hunk(at=at, after=after, gone=tuple(gone), come=tuple(come))
            if not line[1:].isdigit():
                raise _wrong(path, 0, f"not a place: {line}")
            at, after, gone, come = int(line[1:]), "", [], []
        elif mark == "  ":
            after = text
        elif mark == "- ":
            gone.append(text)
        elif mark == "+ ":
            come.append(text)
        else:
            raise _wrong(path, 0, f"neither a place nor a line of one: {line}")


def _escaped(line: str) -> str:
    """What a target says may hold line ends; a line of the file does not."""
    return line.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")


def _plain(line: str) -> str:
    if "\\" not in line:
        return line
    return line.replace("\\\\", "\0").replace("\\n", "\n").replace("\\r", "\r").replace("\0", "\\")


def _wrong(
    path: Path, number: int, what: str, hint: str = "it is written by the machine: accept it again"
) -> HarnessError:
    where = f"{path.name} line {number}" if number else path.name
    return HarnessError(f"{where}: {what}", hint=hint, code="surface-format")
