"""Functions, branches and handlers of sources, and which of them ran, by arcs as a run keeps them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from harness.backend import branches
from harness.core.code import Function, Reachable, fields_of, of_fields
from harness.store import arcs

SHOP = """LIMIT = 3
if LIMIT:
    LIMIT = 4

class Order:
    @property
    def paid(self):
        return self.sum

    @paid.setter
    def paid(self, value):
        if value < 0:  # pragma: no cover
            raise ValueError(value)
        self.sum = value

    def send(self, to):
        try:
            go(to)
        except OSError:
            return None
        return to

def one(): return 1
"""
RAN = {(-10, 12), (12, 14), (14, -10), (-16, 17), (17, 18), (18, 21), (21, -16)}


def config(root: Path, **reach: Any) -> Any:
    apart = {name: root.parent / name for name in ("scenarios", "answers", "contracts", "cassettes")}
    return SimpleNamespace(root=root, reach=Reachable(**reach), **apart)


def found(tmp_path: Path, ran: set[tuple[int, int]] = RAN) -> tuple[Function, ...]:
    root = tmp_path / "beside" / ".." / "target"  # as harness.toml may say it
    (tmp_path / "beside").mkdir()
    root.mkdir()
    (root / "shop.py").write_text(SHOP)
    paths = branches.sources(config(root))
    arcs.keep(tmp_path, root, {"a@manual": {"shop.py": ran}}, paths)
    return branches.functions(root, tmp_path, paths)


def test_each_function_says_what_of_it_ran(tmp_path: Path):
    """Claim: code of a module counts nowhere; a setter is told from its property; what a comment leaves out is counted; an
    `except` block is a handler."""
    made = found(tmp_path)
    told = [(one.at, one.ran, one.branches, len(one.missed), one.handlers, len(one.unhandled)) for one in made]
    assert told == [
        ("shop.py:Order.paid", False, 0, 0, 0, 0),
        ("shop.py:Order.paid (2)", True, 2, 1, 0, 0),
        ("shop.py:Order.send", True, 0, 0, 1, 1),
        ("shop.py:one", False, 0, 0, 0, 0),
    ]
    (missed,) = made[1].missed
    assert missed.told == "12 if value < 0:  # pragma: no cover -> 13 raise ValueError(value)"
    (unhandled,) = made[2].unhandled
    assert unhandled.told == "19 except OSError: -> 20 return None"


def test_what_ran_counts(tmp_path: Path):
    """Claim: the same function with the other branch, and the handler, taken: nothing is left of them."""
    more = {(12, 13), (18, 19), (19, 20), (20, -16), (-23, 23), (23, -23)}
    made = {one.at: one for one in found(tmp_path, RAN | more)}
    assert [at for at, one in made.items() if not one.whole] == ["shop.py:Order.paid"]


def test_an_event_holds_them_as_they_are(tmp_path: Path):
    made = found(tmp_path)
    assert of_fields(fields_of(made)) == made


def test_sources_are_the_targets_own_but_for_what_is_left_out(tmp_path: Path):
    """Claim: no migration, no test, nothing installed or hidden, no scenario of ours; and what [reach] leaves out."""
    root = tmp_path / "target"
    for path in (
        "shop/models.py", "shop/migrations/0001_initial.py", "shop/tests/test_models.py", "shop/test_more.py", "conftest.py",
        "env/pyvenv.cfg", "env/lib/x.py", ".hidden/y.py", "node_modules/z.py", "shop/legacy/old.py", "scenarios/a.py", "note.txt",
    ):  # fmt: skip
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    one = config(root, left_out={"shop/legacy/*": "gone in May", "nowhere/*": "gone in June"})
    one.scenarios = root / "scenarios"
    assert branches.sources(one) == ("shop/models.py",)
    assert branches.idle_patterns(one) == ("nowhere/*",)
