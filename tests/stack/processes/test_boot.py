"""Boot: the whole stack on every kind of island, warm and cold, and one beside another."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.stack.isolation.test_island import REFUSE, WAYS, facts, way
from tests.stack.processes.booting import STATE, boot, packs

pytestmark = pytest.mark.stack


@way
def test_a_stack_boots_cold_then_warm_and_leaves_only_its_cache(launch, place, way):
    """Claim: everything is up, the second boot copies the prepared database, and nothing but the cache remains, of a zygote neither."""
    body = boot(STATE.format(root=str(place.folder / "target")))
    config = place.config(zygote=True)
    for built in (True, False):
        (seen,) = facts(launch(body, cold=True, bare=way == "namespace", config=config, **WAYS[way]))
        assert seen["built"] is built
        assert seen["alive"] is True
        assert seen["roles"] == ["web"]
        assert seen["things"] == 0
        assert 10e6 < seen["memory"] < 500e6
        assert seen["bytecode"] == []
        assert place.leftovers() == []
        assert not Path(seen["run_dir"]).exists()
    assert len(packs(place)) == 1


def test_a_role_reaches_the_fake_under_a_providers_name(launch, place):
    """Claim: what a role connects to at a provider's address and port is the fake, on either kind of island."""
    places = [("api.openai.com", 443), ("gw.example", 8443)]
    code = f"import socket; [print(socket.create_connection(p).recv(99).decode(), end='') for p in {places}]"
    body = boot(
        f"""out = stack.spawn("probe", ["{{python}}", "-c", {code!r}]).wait()
        say(code=out, log=stack.log("probe").read_text())"""
    )
    for mode in ("namespace", "hook"):
        assert facts(launch(body, mode=mode)) == [{"code": 0, "log": "the fake\nthe fake\n"}]


def test_a_role_started_on_demand_runs_until_it_is_stopped(launch, place):
    """Claim: start waits for readiness, stop ends the role and what it forked, and both can be repeated."""
    config = place.config(
        roles="""
        [roles.ticker]
        command = ["sh", "-c", "sleep 1000 & echo ticking; exec {python} -c 'import time; time.sleep(1000)'"]
        ready = "line:ticking"
        boot = "on_demand"
        """
    )
    body = boot(
        """for _ in range(2):
            pid = stack.start("ticker").pid
            below = [pid, *stack.children("ticker")]
            stack.stop("ticker")
            say(below=len(below), left=[one for one in below if Path("/proc", str(one)).exists()])"""
    )
    assert facts(launch(body, mode="namespace", config=config)) == [{"below": 2, "left": []}] * 2


def test_what_roles_say_is_read_from_a_mark(launch, place):
    """Claim: logs_since gives the lines after the mark, with level and logger, tracebacks joined to their line."""
    code = (
        "print('2026-01-04 06:00:00,123 WARNING shop.cart low stock'); print('Traceback: x'); "
        "print('[2026-01-04 06:00:00,123: ERROR/MainProcess] broken'); print('plain')"
    )
    body = boot(
        f"""stack.spawn("probe", ["{{python}}", "-c", "print('2026-01-04 06:00:00,1 INFO a before')"]).wait()
        mark = stack.log_mark()
        stack.spawn("probe", ["{{python}}", "-c", {code!r}]).wait()
        say(lines=[[line.role, line.level, line.logger, line.message] for line in stack.logs_since(mark) if line.role == "probe"])"""
    )
    assert facts(launch(body)) == [
        {
            "lines": [
                ["probe", "WARNING", "shop.cart", "low stock\nTraceback: x"],
                ["probe", "ERROR", "MainProcess", "broken\nplain"],
            ]
        }
    ]


def test_roles_see_a_clean_environment(launch, place):
    """Claim: nothing of the caller's environment reaches a role but its search path."""
    body = boot(
        """stack.spawn("probe", ["{python}", "-c", "import os, json; print(json.dumps(dict(os.environ)))"]).wait()
        say(env=json.loads(stack.log("probe").read_text()))"""
    )
    (seen,) = facts(launch(body, env={"OPENAI_API_KEY": "sk-real", "HTTPS_PROXY": "http://proxy"}, mode="namespace"))
    env = seen["env"]
    assert "sk-real" not in env.values()  # the stack has a key of its own, which opens nothing
    assert "HTTPS_PROXY" not in env
    assert env["HOME"] == "/dev/shm/harness/home"
    assert env["REQUESTS_CA_BUNDLE"] == env["SSL_CERT_FILE"] == "/dev/shm/harness/tls/ca.pem"
    assert (env["DB_HOST"], env["DB_PORT"], env["REDIS_URL"]) == ("127.0.0.1", "5432", "redis://127.0.0.1:6379/0")
    user = f"{env['DB_USER']}:{env['DB_PASSWORD']}"
    assert env["DATABASE_URL"] == f"postgres://{user}@127.0.0.1:5432/{env['DB_NAME']}"
    assert (env["CELERY_BROKER_URL"], env["MEDIA_ROOT"]) == ("redis://127.0.0.1:6379/0", "/dev/shm/harness/media")


def test_the_database_of_a_hook_island_asks_for_a_password(launch, place):
    """Claim: where loopback is shared with other users, TCP connections need the password of this boot."""
    body = boot(
        """import psycopg
        def attempt(password):
            try:
                with psycopg.connect(host="127.0.0.1", port=stack.places["db_port"], dbname=stack.places["db_name"], user=stack.places["db_user"], password=password):
                    return "in"
            except psycopg.OperationalError as error:
                return "refused"
        say(right=attempt(stack.places["db_password"]), wrong=attempt("x"))"""
    )
    assert facts(launch(body, mode="hook")) == [{"right": "in", "wrong": "refused"}]


def test_two_stacks_run_side_by_side(launch, place):
    """Claim: neither kind of island disturbs another stack on the machine, nor a program on the usual ports."""
    body = boot("say(up=True); os.read(0, 1); stack.alive(); say(things=reset.reset(stack.db))")
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 5432))
            taken.listen()
        except OSError:
            pass  # somebody else's server is there: as good
        facts(launch(boot("pass")))
        config = place.config()
        running = [launch(body, mode=mode, config=config) for mode in ("namespace", "hook", "namespace")]
        for process in running:
            assert json.loads(process.stdout.readline()) == {"up": True}
        for process in running:
            process.stdin.close()
            process.stdin = None
            assert facts(process) == [{"things": []}]


def test_refused_namespaces_boot_on_the_hook(launch, place):
    """Claim: on a machine that refuses namespaces the same stack boots, and says so."""
    (seen,) = facts(launch(boot("say(kind=isl.kind)"), first=REFUSE))
    assert seen == {"kind": "hook"}


def test_the_target_runs_in_its_own_environment(launch, place):
    """Claim: every program of it, by {python} and by name; the harness's own fake does not."""
    venv = place.folder / "own"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    # what this small target's migration needs
    (site,) = venv.glob("lib/python*/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    config = place.config(extra='WHERE = "{python}"')
    config.write_text(config.read_text().replace('root = "target"', 'root = "target"\npython = "own"'))
    body = boot(
        """for words in (["{python}"], ["python"]):
            stack.spawn("probe", [*words, "-c", "import sys; print(sys.prefix)"]).wait()
        fake = Path("/proc", str(stack.fake.pid), "cmdline").read_text().split(chr(0))[0]
        say(roles=stack.log("probe").read_text().split(), where=stack.env["WHERE"], fake=fake == sys.executable)"""
    )
    assert facts(launch(body, config=config)) == [
        {"roles": [str(venv), str(venv)], "where": str(venv / "bin" / "python"), "fake": True}
    ]
