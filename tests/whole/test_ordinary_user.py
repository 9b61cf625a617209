"""An ordinary user, with a home of his own and the repository read-only; and a machine whose network is cut."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.stack import ordinary
from tests.whole import workshop
from tests.whole.test_errors import told_in_three_lines
from tests.whole.workshop import REPOSITORY, Workshop

pytestmark = pytest.mark.stack

CELLS = ("--only", "planner/create_tasks@manual", "--only", "linker/generate_links@direct")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture(scope="module")
def place(cache, warm) -> Iterator[Workshop]:
    """A workshop of the user's own, outside pytest's folders, which only their owner may enter; the cache is a copy."""
    folder = Path(tempfile.mkdtemp(prefix="harness-test-"))
    folder.chmod(0o755)
    shutil.copytree(cache, folder / "cache", symlinks=True)
    shutil.rmtree(
        folder / "cache" / "home", ignore_errors=True
    )  # what others had installed may have left something there
    made = workshop.set_up(folder / "shop", folder / "cache", backend=False, TMPDIR=str(folder / "tmp"))
    (folder / "tmp").mkdir()
    made.environment()  # makes the home
    for path in (folder, *folder.rglob("*")):
        os.chown(path, ordinary.NAMELESS, ordinary.NAMELESS, follow_symlinks=False)
    yield made
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
@as_root
@pytest.mark.parametrize("isolation", ["namespace", "hook"])
def test_an_ordinary_user_verifies(place, isolation):
    """Claim: it passes without any right to the repository; nothing is written but the run, and the user's own cache."""
    writable = (REPOSITORY / "scenarios").stat().st_mode & 0o002
    assert not writable
    told = place.harness("verify", *CELLS, "--isolation", isolation, user=partial(ordinary.become, ordinary.NAMELESS))
    if told.code == 3 and told_in_three_lines(told)[2] == "island-refused":
        pytest.skip(f"ordinary users get no namespaces here: {told.err.splitlines()[0]}")
    assert told.code == 0, told.out + told.err
    assert f"isolation: {isolation} (" in told.out
    assert told.out.splitlines()[-1].startswith("PASS: a part, ")
    verdict = (place.runs / "latest" / "verdict.json").stat()
    assert verdict.st_uid == ordinary.NAMELESS
    assert list((place.cache / "home").iterdir()) == []
    assert list((place.folder.parent / "tmp").iterdir()) == []


@as_root
def test_an_ordinary_user_has_a_stack_for_hand_work(place):
    """Claim: it stands, the shell runs in it, and it goes down without a trace, all without root."""
    become = partial(ordinary.become, ordinary.NAMELESS)
    told = place.harness("stack", "up", user=become)
    assert told.code == 0, told.out + told.err
    try:
        told = place.harness("stack", "shell", "--", "-c", "import os; print(os.getuid())", user=become)
        assert (told.code, told.out.splitlines()[-1]) == (0, str(ordinary.NAMELESS)), told.out + told.err
        assert place.harness("stack", "reset", user=become).code == 0
    finally:
        told = place.harness("stack", "down", user=become)
    assert (told.code, told.out) == (0, "the stack 'default' is down\n")
    assert not (place.folder / ".harness" / "stacks").exists()
    assert list((place.folder.parent / "tmp").iterdir()) == []


def test_verify_passes_without_network(shop, warm):
    """Claim: on a machine whose network is cut, everything that is needed is here."""
    words = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-current-user"]
    try:
        refused = subprocess.run([*words, "true"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no unshare program to cut the network with")
    if refused.returncode:
        pytest.skip(f"the network cannot be cut here: {refused.stderr.strip()}")
    told = shop(backend=False).harness("verify", *CELLS, prefix=words)
    assert told.code == 0, told.out + told.err
    assert told.out.splitlines()[-1].startswith("PASS: a part, ")
