"""Reader, JSON schema and page of reference are of one opinion: about every file of this repository, and about what is changed in it."""

from __future__ import annotations

import copy
import json
import os
import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from click.testing import CliRunner

from harness.backend import description
from harness.core.errors import HarnessError
from harness.core.shape import schema
from harness.core.shape.held import Words, refusals
from harness.core.shape.kinds import Each, Key, Keys, Text, Whole
from harness.jobs.schema import page, verb
from harness.verb.schemas import FILES, NAMED, file_name, stale, text_of, write

ROOT = Path(__file__).resolve().parents[3]
WORDS = Words("the file")
OTHERS: tuple[Any, ...] = ("", "x", 3, -1, 1.5, True, False, [], ["x"], [3], {}, {"x": 1}, {"x": "y"})
"""What is put in the place of a value."""


@cache
def shipped(name: str) -> tuple[Path, ...]:
    """The files of this repository that are called so, but those that a run has made."""
    pattern = {"golden": "*.golden.toml"}.get(name, name)
    return tuple(path for path in tomls() if fnmatchcase(path.name, pattern))


@cache
def tomls() -> tuple[Path, ...]:
    found: list[Path] = []
    for folder, inner, files in os.walk(ROOT):
        inner[:] = [one for one in inner if not one.startswith(".") and one not in ("runs", "build")]
        found += [Path(folder, one) for one in files if one.endswith(".toml")]
    return tuple(sorted(found))


@cache
def validator(name: str) -> Any:
    return jsonschema_rs.validator_for(json.loads(text_of(name)))


def fits(name: str, document: Any) -> bool:
    return next(refusals(FILES[name].shape, document, WORDS), None) is None


def places(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for key, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*before, key)
        yield from places(one, (*before, key))


def mutants(document: dict[str, Any], most: int = 400) -> Iterator[Any]:
    """Each with one place that is another: gone, called otherwise, or of another type."""
    found = list(places(document))
    for place in found[:: max(1, len(found) // most)]:
        for other in (None, "renamed", *OTHERS):
            made = copy.deepcopy(document)
            holder = made
            for key in place[:-1]:
                holder = holder[key]
            if other is None:
                del holder[place[-1]]
            elif other == "renamed":
                if not isinstance(holder, dict):
                    continue
                holder[f"{place[-1]}_"] = holder.pop(place[-1])
            else:
                holder[place[-1]] = other
            yield made


@pytest.mark.parametrize("name", FILES)
def test_the_package_has_the_schemas_that_the_readers_make(name: str):
    kept = ROOT / "harness" / "jobs" / "schema" / "data" / file_name(name)
    assert kept.read_text() == text_of(name), f"harness schema {name} > {kept.relative_to(ROOT)}"
    assert sorted(one.name for one in kept.parent.iterdir()) == sorted(file_name(one) for one in FILES)


def test_the_page_of_reference_is_what_the_readers_make():
    assert (ROOT / "docs" / "reference.md").read_text() == page.page(FILES.values()), "harness schema --page > docs/reference.md"  # fmt: skip


def test_every_key_that_a_reader_knows_is_on_the_page():
    """Claim: none is left out, however deep it stands."""

    def keys(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            if node.get("additionalProperties") is False:
                yield from node["properties"]
            for one in node.values():
                yield from keys(one)
        elif isinstance(node, list):
            for one in node:
                yield from keys(one)

    told = set(re.findall(r"^\| \**`([^`]+)`\** \|", (ROOT / "docs" / "reference.md").read_text(), re.MULTILINE))
    assert {key for name in FILES for key in keys(json.loads(text_of(name)))} == told


@pytest.mark.parametrize("name", FILES)
def test_what_is_shipped_is_of_its_schema(name: str):
    """Claim: no editor marks a line of a file that the harness reads."""
    assert shipped(name)
    for path in shipped(name):
        document = tomllib.loads(path.read_text())
        assert fits(name, document), [*refusals(FILES[name].shape, document, WORDS)]
        assert validator(name).is_valid(document), (path, [one.message for one in validator(name).iter_errors(document)])  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_reader_and_schema_refuse_the_same(name: str):
    """Claim: of a file in which one place is another, the reader's shape refuses just those that the schema refuses."""
    chosen = shipped(name)[:: max(1, len(shipped(name)) // 4)]
    seen = {True: 0, False: 0}
    for path in chosen:
        for made in mutants(tomllib.loads(path.read_text()), most=30):
            known = fits(name, made)
            seen[known] += 1
            assert validator(name).is_valid(made) is known, (path, [*refusals(FILES[name].shape, made, WORDS)], made)
    assert min(seen.values()) > 20, seen


BEYOND = (
    r"is not a folder", r"is not there", r"has no manage\.py", r"says not why", r"says no kind, and", r"is of kind", r"rules of its own", r"is no host",
    r"names \S+ twice", r"free\.\"", r"is no function", r"are not aliases", r"does not hold each of its parts", r"does not lie in phases\.root",
    r"is \"by type\" and no type", r"is both", r"goes with requirements files", r"is neither", r"but no venv", r"beat has no tasks",
)  # fmt: skip
"""What no schema can say: what is on the disk, and what two places far from each other say together."""


@pytest.mark.parametrize(
    "path", [one for one in shipped("harness.toml") if "strangers" not in one.parts], ids=lambda one: one.parent.name
)
def test_what_the_loader_refuses_the_schema_refuses_but_for_what_is_on_the_disk(path: Path):
    """Claim: the whole reader, not its shape alone: what it takes is of the schema, and what it refuses is not, or is one of those that are listed."""
    original = tomllib.loads(path.read_text())
    description.of_document(path, copy.deepcopy(original))
    for made in mutants(original, most=40):
        try:
            description.of_document(path, copy.deepcopy(made))
        except HarnessError as error:
            refused = error.message
        else:
            refused = ""
        if validator("harness.toml").is_valid(made):
            assert not refused or any(re.search(one, refused) for one in BEYOND), (refused, made)
        else:
            assert refused, made


def test_a_schema_that_says_less_than_the_reader_is_seen():
    """Claim: the comparison is seen to fail: a key, a type or a rule that only one of the two knows is a difference."""
    shape = Keys(keys=(Key("a", Text(choices=("x",)), "", needed=True), Key("n", Each(of=Whole(least=1)), "")))
    checks = jsonschema_rs.validator_for(schema.document("t", shape))
    for document, known in (({"a": "x"}, True), ({"a": "y"}, False), ({}, False), ({"a": "x", "n": [0]}, False), ({"a": "x", "b": 1}, False)):  # fmt: skip
        assert checks.is_valid(document) is known is (next(refusals(shape, document, WORDS), None) is None)
    loose = jsonschema_rs.validator_for({**schema.document("t", shape), "additionalProperties": True})
    assert loose.is_valid({"a": "x", "b": 1})


def test_the_verb_prints_lists_and_writes(tmp_path: Path):
    """Claim: one of them as JSON; all of them by name; beside harness.toml, where its first line says that they are."""
    run = CliRunner().invoke
    assert json.loads(run(verb.schema, ["golden"]).output)["title"] == "golden"
    assert [line.split()[0] for line in run(verb.schema, []).output.splitlines()] == list(FILES)
    assert run(verb.schema, ["nothing"]).exit_code == 2
    source = tmp_path / "harness.toml"
    source.write_text(f"{NAMED}\nformat = 1\n")
    assert stale(source)
    assert run(verb.schema, ["--write", "--config", str(source)]).output == f"{len(FILES)} schemas in {tmp_path / '.harness/schemas'}\n"  # fmt: skip
    assert not stale(source)
    assert (source.parent / NAMED.removeprefix("#:schema ")).is_file()
    write(tmp_path).joinpath(file_name("harness.toml")).write_text("{}")
    assert stale(source)
    source.write_text("format = 1\n")
    assert not stale(source)


def test_editors_of_this_repository_are_told_of_each():
    """Claim: a rule of .taplo.toml for every file that has a schema, which covers all that are shipped and points at the package's own."""
    rules = tomllib.loads((ROOT / ".taplo.toml").read_text())["rule"]
    by_schema = {Path(rule["schema"]["path"]).name: rule["include"] for rule in rules}
    assert sorted(by_schema) == sorted(file_name(name) for name in FILES)
    assert all((ROOT / rule["schema"]["path"]).is_file() for rule in rules)
    for name in FILES:
        patterns = [pattern.removeprefix("**/") for pattern in by_schema[file_name(name)]]
        assert [path for path in shipped(name) if not any(fnmatchcase(path.name, one) for one in patterns)] == []
