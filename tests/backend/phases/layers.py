"""A small base, and phases that are laid over it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from harness.backend.phases.tree import compose
from harness.core.errors import HarnessError

TAIL = """
[verification]
steps = ["look"]
[rollback]
kind = "code"
steps = ["revert"]
"""


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Place:
    """A base with two files, and phases laid over it."""

    def __init__(self, root: Path) -> None:
        self.root, self.dir = root, root / "phases"
        self.write("backend/a.py", "a = 0\n")
        self.write("backend/b.py", "b = 0\n")
        self.dir.mkdir()

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def phase(self, number: int, files=(), adds=(), replaces=(), removes=(), head: str = "", tail: str = TAIL) -> Path:
        """`files` maps overlay paths to texts; `replaces` and `removes` map paths to the text they replace."""

        def entries(which):
            return "".join(f'    {{ path = "{p}", sha256_before = "{sha(t)}" }},\n' for p, t in dict(which).items())

        folder = self.dir / f"{number}_step"
        text = (
            f'format = 1\nnumber = {number}\ntitle = "t"\nwhy = "w"\nadds = {list(adds)!r}\n'
            f"replaces = [\n{entries(replaces)}]\nremoves = [\n{entries(removes)}]\n{head}{tail}"
        )
        self.write(f"phases/{folder.name}/phase.toml", text.replace("'", '"'))
        for path, text in dict(files).items():
            self.write(f"phases/{folder.name}/overlay/{path}", text)
        return folder

    def usual(self) -> None:
        """Phase 1 replaces a and adds c; phase 2 replaces a again and removes b."""
        self.phase(
            1, {"backend/a.py": "a = 1\n", "backend/c.py": "c = 1\n"}, ["backend/c.py"], {"backend/a.py": "a = 0\n"}
        )
        self.phase(2, {"backend/a.py": "a = 2\n"}, [], {"backend/a.py": "a = 1\n"}, {"backend/b.py": "b = 0\n"})

    def refused(self, number: int = 1) -> HarnessError:
        with pytest.raises(HarnessError) as caught:
            compose(self.root, self.dir, number, self.root.parent / "out")
        assert not (self.root.parent / "out").exists(), "nothing is written when a tree is refused"
        return caught.value
