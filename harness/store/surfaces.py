"""Surface files: ID.surface beside the golden; what a phase changes of them all is surface.delta in the phase's folder.

    # surface 1: written by harness golden accept orders/refund --why "..."
    # why: a refund has its own row since 2.1
    [manual, direct]
    message shop.refund [<order>] {} => SUCCESS ...
    tx worker ~ accounts <account> credits:100->80

One line a fact, no line depends on another: files merge as text. A varied world ([manual~distinct]) has what it changes of its path: `@N-M`, where
M lines go before those that come (+). A path that was accepted for another reason stands below that reason. A delta has cells instead of
paths, and for each place `@N`, the line before it, the lines that go (-) and those that come (+).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from harness.core.golden.surface import FORMAT, Delta, Hunk, Locked, Surfaces, hunks

SUFFIX = ".surface"
DELTA = "surface.delta"
PLACE = re.compile(r"@(\d+)-(\d+)")
WHY = "# why: "


def path_of(folder: Path, scenario: str) -> Path:
    return folder / f"{scenario}{SUFFIX}"


class Broken(Exception):
    """A file is not as it was written. Says where and how."""


def read_all(folder: Path, phases: Mapping[int, Path] = {}) -> Surfaces:
    """Every surface below the scenario folder, and every delta of the phases, by number. A file that cannot be read stops nobody
    from driving what it speaks of: it is `broken`, which fails there."""
    base, deltas, broken = dict[str, Locked](), dict[int, Delta](), dict[str | int, str]()
    for path in sorted(folder.rglob(f"*{SUFFIX}")):
        if not path.is_file():
            continue
        name = path.relative_to(folder).as_posix().removesuffix(SUFFIX)
        try:
            why, sections, whys = _read(path)
            plain = {key: tuple(lines) for key, lines in sections.items() if "~" not in key}
            varied = {
                key: _varied(plain.get(key.partition("~")[0], ()), lines, path)
                for key, lines in sections.items()
                if "~" in key
            }
            base[name] = Locked(scenario=name, why=why, paths=plain | varied, whys=whys)
        except Broken as error:
            broken[name] = str(error)
    for number, phase in phases.items():
        if not (path := phase / DELTA).is_file():
            continue
        try:
            why, sections, whys = _read(path)
            cells = {cell: tuple(_hunks(lines, path)) for cell, lines in sections.items()}
            deltas[number] = Delta(why=why, cells=cells, whys=whys)
        except Broken as error:
            broken[number] = str(error)
    return Surfaces(base=base, deltas=deltas, broken=broken)


def text_of(locked: Locked) -> str:
    """The file's text. The same surface always gives the same bytes; paths that agree share their lines."""
    plain = {key: lines for key, lines in locked.paths.items() if "~" not in key}
    varied = {
        key: tuple(_changes(locked.paths.get(key.partition("~")[0], ()), lines))
        for key, lines in sorted(locked.paths.items())
        if "~" in key
    }
    return _written(locked.scenario, locked.why, plain | varied, locked.whys)


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
    return _written("ID", delta.why, lines, delta.whys)


def _hunk_lines(hunks: Iterable[Hunk]) -> Iterator[str]:
    for hunk in hunks:
        yield f"@{hunk.at}"
        if hunk.after:
            yield f"  {hunk.after}"
        yield from (f"- {line}" for line in hunk.gone)
        yield from (f"+ {line}" for line in hunk.come)


def _written(scenario: str, why: str, sections: Mapping[str, Sequence[str]], whys: Mapping[str, str]) -> str:
    together: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for name, lines in sections.items():
        together.setdefault((whys.get(name, why), tuple(lines)), []).append(name)
    out = [f'# surface {FORMAT}: written by harness golden accept {scenario} --why "..."', _why(why)]
    said = why
    for (own, lines), names in sorted(together.items(), key=lambda found: found[0][0] != why):
        out += [_why(own)] if own != said else []
        out += [f"[{', '.join(names)}]", *map(_escaped, lines)]
        said = own
    return "\n".join(out) + "\n"


def _why(why: str) -> str:
    return f"{WHY}{' '.join(why.split())}"


def _read(path: Path) -> tuple[str, dict[str, list[str]], dict[str, str]]:
    """The reason, the lines of each path, and the reason of each path that has another. Raises Broken."""
    text = path.read_text("utf-8", "surrogateescape").split("\n")
    marks = [n for n, line in enumerate(text, 1) if line.startswith(("<<<<<<<", "=======", ">>>>>>>"))]
    if marks:
        raise _wrong(path, marks[0], "a merge is not resolved")
    if not text[0].startswith(f"# surface {FORMAT}:"):
        raise _wrong(path, 1, f"it does not begin with '# surface {FORMAT}:'")
    whys, sections, current, first, said = dict[str, str](), dict[str, list[str]](), list[list[str]](), "", ""
    for number, line in enumerate(text[1:], 2):
        if line.startswith(WHY):
            said = line.removeprefix(WHY)
            first = first or said
        elif line.startswith("[") and line.endswith("]"):
            names = line[1:-1].split(", ")
            current = [sections.setdefault(one, []) for one in names]
            whys |= dict.fromkeys(names, said) if said != first else {}
        elif line and not current:
            raise _wrong(path, number, f"a line before the first path: {line}")
        elif line:
            for lines in current:
                lines.append(_plain(line))
    return first, sections, whys


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


def _wrong(path: Path, number: int, what: str) -> Broken:
    where = f"{path.name} line {number}" if number else path.name
    return Broken(f"{where}: {what}")
