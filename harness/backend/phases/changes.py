"""What a phase changes, as the diff under review in git: CHANGES.diff, and the hashes that hold it in place."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from harness.backend.phases.manifest import MANIFEST, read_all
from harness.backend.phases.tree import layered, sha256_of
from harness.core.errors import HarnessError
from harness.core.phase import Phase
from harness.store.files import write_all

CHANGES = "CHANGES.diff"
UNENDED = "\\ No newline at end of file\n"


def changes(root: Path, phases_dir: Path, number: int) -> str:
    """The unified diff from the tree of phase `number` - 1 to that of phase `number`; `git apply` takes it."""
    before = layered(root, phases_dir, number - 1).files
    after = layered(root, phases_dir, number).files
    out = []
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path), after.get(path)
        if old != new:
            out += _file_diff(path, old, new)
    return "".join(out)


def is_current(root: Path, phases_dir: Path, number: int) -> bool:
    """Whether the committed CHANGES.diff of the phase says what the phase does."""
    committed = read_all(phases_dir, number)[-1].folder / CHANGES
    return committed.is_file() and committed.read_text(encoding="utf-8") == changes(root, phases_dir, number)


def refresh(root: Path, phases_dir: Path, number: int) -> tuple[str, ...]:
    """Take what stands beneath phase `number` as what it was written against, and write its CHANGES.diff anew.

    Done on purpose, after the change beneath was carried over into the overlay. Returns the paths whose hash changed.
    The phases before it must be in order.
    """
    phase = read_all(phases_dir, number)[-1]
    beneath = layered(root, phases_dir, number - 1).files
    manifest = phase.folder / MANIFEST
    text, changed = manifest.read_text(encoding="utf-8"), []
    for change in (*phase.replaces, *phase.removes):
        if change.path not in beneath:
            raise HarnessError(
                f"phase {phase.name} replaces or removes {change.path}, which is not there",
                hint="it was renamed or removed beneath this phase; mend the manifest's path",
                code="phase-replaces-missing",
            )
        found = sha256_of(beneath[change.path])
        if found != change.sha256_before:
            text = _with_hash(phase, text, change.path, found)
            changed.append(change.path)
    if changed:
        write_all({manifest: text})
    write_all({phase.folder / CHANGES: changes(root, phases_dir, number)})
    return tuple(changed)


def _with_hash(phase: Phase, text: str, path: str, sha256: str) -> str:
    """The manifest's text with another hash for one path; the rest of it, comments too, stays as it is."""
    entry = re.compile(rf'(path\s*=\s*"{re.escape(path)}"\s*,\s*sha256_before\s*=\s*")[0-9a-f]{{64}}(")')
    text, count = entry.subn(rf"\g<1>{sha256}\g<2>", text)
    if count != 1:
        raise HarnessError(
            f"{phase.name}/{MANIFEST} does not write {path} in one line",
            hint=f'write {{ path = "{path}", sha256_before = "..." }}',
            code="phase-value",
        )
    return text


def _file_diff(path: str, old: Path | None, new: Path | None) -> list[str]:
    before = old.read_text(encoding="utf-8").splitlines(keepends=True) if old else []
    after = new.read_text(encoding="utf-8").splitlines(keepends=True) if new else []
    if before == after and old and new:
        return []
    head = [f"diff --git a/{path} b/{path}\n"]
    if old is None:
        head.append("new file mode 100644\n")
    if new is None:
        head.append("deleted file mode 100644\n")
    body = difflib.unified_diff(before, after, f"a/{path}" if old else "/dev/null", f"b/{path}" if new else "/dev/null")
    return head + [line if line.endswith("\n") else f"{line}\n{UNENDED}" for line in body]
