"""docs/errors.md lists every code there is, with the exit code it comes with, and none that there is not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.core.errors import HarnessError
from harness.verb.failure import OF_SETTINGS, report_failure

ROOT = Path(__file__).resolve().parents[1]
EXITS = {"HarnessError": 2, "StackError": 3, "breaks": 1, "cannot_tell": 1, "Problem": 1, "Unrest": 1, "Late": 1}
"""Who gives a code -> the exit code that it comes with: errors, verdicts, what `cassette lint` finds, and how a cell came to no rest."""

FAMILY_ENDINGS = ("missing", "syntax", "unknown-key", "value")
"""What harness.store.tomlread puts behind the family of a file; Strict(name, family) names the family."""

ROW = re.compile(r"^\| `([a-z0-9-]+)` \| ([123](?:, [123])*) \| (\S.*) \| (\S.*) \|$")

Found = dict[str, set[int]]
"""code -> exit codes."""


def codes_in(source: str) -> Found:
    """Every code that a module gives, by literal, by one of several literals, or through a factory of its own."""
    tree = ast.parse(source)
    factories = dict(_factories(tree))
    found: Found = {}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = _name(call.func)
        if name == "Strict" and len(call.args) == 2:
            for family in _texts(call.args[1]):
                for ending in FAMILY_ENDINGS:
                    found.setdefault(f"{family}-{ending}", set()).add(2)
        elif name in EXITS or name in factories:
            exit_code, position, default = factories.get(name, (EXITS.get(name, 0), None, None))
            given = next((word.value for word in call.keywords if word.arg == "code"), None)
            if given is None and position is not None and len(call.args) > position:
                given = call.args[position]
            for code in _texts(given if given is not None else default):
                found.setdefault(code, set()).add(exit_code)
    return found


def _factories(tree: ast.Module) -> Iterator[tuple[str, tuple[int, int | None, ast.expr | None]]]:
    """Functions that return an error and take its code: name -> (exit code, position of `code`, its default)."""
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        given = EXITS.get(ast.unparse(function.returns) if function.returns else "")
        names = [argument.arg for argument in function.args.args]
        if given and "code" in names:
            position = names.index("code")
            late = position - len(names) + len(function.args.defaults)
            yield (
                function.name,
                (given, position - (names[0] == "self"), function.args.defaults[late] if late >= 0 else None),
            )


def _texts(value: ast.expr | None) -> list[str]:
    """The literals that an expression may come to; f-strings and names are somebody else's code, passed on."""
    if value is None or isinstance(value, ast.JoinedStr):
        return []
    return [
        node.value
        for node in ast.walk(value)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[a-z0-9-]+", node.value)
    ]


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def in_the_code() -> Found:
    found: Found = {}
    for path in sorted((ROOT / "harness").rglob("*.py")):
        for code, exits in codes_in(path.read_text(encoding="utf-8")).items():
            found.setdefault(code, set()).update(exits)
    for code in re.findall(r'return _say\(.*, "([a-z-]+)"\)', (ROOT / "dev").read_text()):
        found.setdefault(code, set()).add(2)
    return found


def documented() -> Found:
    rows = [line for line in (ROOT / "docs/errors.md").read_text().splitlines() if line.startswith("| `")]
    found: Found = {}
    for row in rows:
        parsed = ROW.match(row)
        assert parsed, f"docs/errors.md: not a row of code, exit code, meaning and mend: {row}"
        assert parsed[1] not in found, f"docs/errors.md lists {parsed[1]} twice"
        found[parsed[1]] = {int(number) for number in parsed[2].split(", ")}
    return found


def test_every_code_is_documented_with_its_exit_code_and_no_other_is():
    """Claim: the two lists are one."""
    code, docs = in_the_code(), documented()
    assert sorted(set(code) - set(docs)) == [], "not in docs/errors.md"
    assert sorted(set(docs) - set(code)) == [], "in docs/errors.md, and nothing gives it"
    assert {name: exits for name, exits in docs.items() if exits != code[name]} == {}, "with another exit code"


def test_codes_are_grouped_by_their_beginning_and_sorted():
    """Claim: whoever looks for a code finds it where the alphabet says, below the heading of its group."""
    groups: dict[str, list[str]] = {}
    for line in (ROOT / "docs/errors.md").read_text().splitlines():
        if line.startswith("## "):
            groups[line] = []
        elif parsed := ROW.match(line):
            list(groups.values())[-1].append(parsed[1])
    assert all(codes == sorted(codes) for codes in groups.values())


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('raise HarnessError("x", hint="y", code="a-b")', {"a-b": {2}}),
        ('raise StackError("x", hint="y", code="a-b") from None', {"a-b": {3}}),
        ('return breaks(lines, code="one" if hint else "")', {"one": {1}}),
        ('def _e(what: str, code: str = "usual") -> HarnessError: ...\n_e("x", "rare")\n_e("x")', {"rare": {2}, "usual": {2}}),
        ('class A:\n def fail(self, m: str, code: str = "c-v") -> StackError: ...\n def g(self): raise self.fail("m")', {"c-v": {3}}),
        ('raise HarnessError("x", hint="y", code=error.code)', {}),
        ('Strict(name, "rates")', {f"rates-{ending}": {2} for ending in FAMILY_ENDINGS}),
        ('answer = {"code": "rate_limit"}; other(code="nobody")', {}),
    ],
)  # fmt: skip
def test_the_scan_sees_every_way_to_give_a_code(source: str, found: Found):
    """Claim: a code given by literal, condition, default or factory is found; what is passed on is not counted twice."""
    assert codes_in(source) == found


SETTING = re.compile(r"harness\.toml|\[(?:target|roles|providers|tables|ledger|auth)[].]|target\.\w+|\bpip install\b")
"""What a mend speaks of that is a setting."""
NO_SETTING = {
    "docker-disk": "it is of the engine's machine",
    "docker-sdk": "a package of the harness's own",
    "law-not-asked": "a verdict",
    "left-running": "a verdict",
    "reach-idle": "a verdict",
}
"""Mends that speak of harness.toml, and that no look of the doctor's tells."""


def test_an_error_whose_mend_is_a_setting_says_who_tells_all_of_them(capsys: pytest.CaptureFixture[str]):
    """Claim: each such row of the page has a code that is told with `harness doctor`, once; and codes of another kind are told without."""
    rows = [row.groups() for line in (ROOT / "docs" / "errors.md").read_text().splitlines() if (row := ROW.match(line))]
    wrong = {code for code, _, _, mend in rows if SETTING.search(mend) and not code.startswith(OF_SETTINGS)}
    assert sorted(wrong - NO_SETTING.keys()) == []
    assert sorted(one for one in OF_SETTINGS if not any(code.startswith(one) for code, *_ in rows)) == []
    for code, hint, told in (("role-died", "look", 1), ("role-died", "harness doctor", 1), ("run-missing", "look", 0)):
        report_failure(HarnessError("broken", hint=hint, code=code))
        assert capsys.readouterr().err.count("harness doctor") == told
