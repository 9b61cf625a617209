"""The cheap commands of the documents, typed as they stand there, in one workshop with one stored run of one cell."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import commands
from tests.commands import RUN, Command
from tests.whole import workshop
from tests.whole.workshop import Workshop

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Workshop:
    """Where the commands are typed: with a run of one cell, its reach noted, as the pages speak of one."""
    place = workshop.set_up(
        tmp_path_factory.mktemp("desk") / "shop", cache, backend=False, copies=("scenarios", "cassettes")
    )
    told = place.harness("verify", "--reach", "--only", "writer/generate_content@manual", "--vary", "none")
    assert told.code == 0, told.out + told.err
    return place


@pytest.mark.parametrize("line", RUN)
def test_what_the_documents_say_runs(line: str, desk: Workshop):
    """Claim: it ends with its exit code, says something, and no traceback."""
    if line.startswith("eval"):
        done = subprocess.run(
            ["bash", "-c", f'harness() {{ {sys.executable} -m harness "$@"; }}; export -f harness; {line}; complete -p harness'],
            cwd=desk.folder, env=desk.environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        assert "_harness_completion" in done.stdout
        return
    first, *words = Command("", line, True).words
    session = [*commands.sessions()[words[0]], *words[1:]] if first == "./dev" else words
    told = desk.harness(*session)
    assert told.code == RUN[line], told.out + told.err
    assert told.out
    assert not re.search("Traceback|code: internal", told.out + told.err)
    assert os.path.realpath(desk.folder) != os.path.realpath(workshop.REPOSITORY)
