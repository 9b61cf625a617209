"""Endpoints are found in contracts/api and loaded from there; they know the protocol, the words of core and nothing else."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from harness.core.errors import HarnessError
from harness.jobs.contracts.fuzz.endpoints import PARTS, folder, part

CONTRACTS = Path(__file__).resolve().parents[4] / "contracts"
ALLOWED = ("harness.core.", "harness.jobs.contracts.fuzz.protocol", "hypothesis")


def strangers(source: str) -> list[str]:
    """What a file of an endpoint imports beyond the standard library, its own folder and ALLOWED."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import():
                names = [one.name for one in node.names]
            case ast.ImportFrom(level=0):
                names = [f"{node.module}"]
            case _:
                continue
        found += [name for name in names if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith(ALLOWED)]  # fmt: skip
    return found


def test_an_endpoint_knows_the_protocol_and_the_words_alone():
    files = sorted((CONTRACTS / "api").glob("*/*.py"))
    assert len(files) >= len(PARTS)
    assert {str(file): wrong for file in files if (wrong := strangers(file.read_text()))} == {}


def test_an_import_of_the_harness_is_seen():
    source = "import json\nimport django\nfrom . import rows\nfrom harness.core.scenario import Row\nfrom harness.stack import seed\n"
    assert strangers(source) == ["django", "harness.stack"]


def written(contracts: Path, name: str, **files: str) -> Path:
    endpoint = contracts / "api" / name
    endpoint.mkdir(parents=True)
    for file, text in {"world": "", **files}.items():
        (endpoint / f"{file}.py").write_text(text)
    return endpoint


def test_the_only_endpoint_needs_no_name(tmp_path: Path):
    with pytest.raises(HarnessError, match="describes no endpoint to fuzz"):
        folder(tmp_path, "")
    first = written(tmp_path, "prices")
    assert folder(tmp_path, "") == folder(tmp_path, "prices") == first
    written(tmp_path, "plans")
    with pytest.raises(HarnessError, match="several endpoints are described") as told:
        folder(tmp_path, "")
    assert told.value.code == "fuzz-no-endpoint"
    with pytest.raises(HarnessError, match="there is no endpoint 'price'") as told:
        folder(tmp_path, "price")
    assert "prices" in told.value.hint


def test_a_part_is_loaded_from_its_folder_whoever_had_the_name_before(tmp_path: Path):
    world = "from .rows import KEY\nCALLERS, USUAL, given = {}, (KEY,), None\n"
    rows = "KEY = '%s'\nprepare = stored = store = None\n"
    one = written(tmp_path / "one", "prices", world=world, rows=rows % "one")
    two = written(tmp_path / "two", "prices", world=world, rows=rows % "two")
    assert [part(endpoint, "world").USUAL for endpoint in (one, two, one)] == [("one",), ("two",), ("one",)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("CALLERS = {}\nUSUAL = ()\n", "api/prices/world.py does not define 'given'"),
        ("import nowhere\n", "api/prices/world.py cannot be loaded: ModuleNotFoundError: No module named 'nowhere'"),
        ("def given(:\n", "api/prices/world.py cannot be loaded: SyntaxError"),
    ],
)
def test_a_part_that_is_not_what_it_must_be_is_told(tmp_path: Path, text: str, says: str):
    endpoint = written(tmp_path, "prices", world=text)
    with pytest.raises(HarnessError) as told:
        part(endpoint, "world")
    assert told.value.code == "fuzz-endpoint"
    assert told.value.message.startswith(says)
