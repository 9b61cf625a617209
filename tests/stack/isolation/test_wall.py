"""What a target that tries can reach: nothing, in namespaces; exactly what is said, without."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from harness.stack.isolation import fence, landlock
from tests.stack import ordinary
from tests.stack.isolation import trying
from tests.stack.isolation.test_island import facts
from tests.stack.processes.booting import boot

pytestmark = pytest.mark.stack
SECRET = "sk-of-somebody-real-4711"

BODY = """job = json.loads(Path({job!r}).read_text())
        run = stack.run_dir
        job |= dict(pids=[os.getpid(), os.getppid(), stack.fake.pid, stack.broker.pid, stack.database.server.pid],
            own=[str(run / "seen"), str(run / "tmp"), str(run / "media"), *map(str, ({own},))],
            sockets=[*job["sockets"], str(run / "valkey.sock"), str(run / "fake.sock"), str(run / "pg_socket" / ".s.PGSQL.5432")])
        (run / "tmp" / "job.json").write_text(json.dumps(job))
        for name, words in (("cold", ["{{python}}", "-u"]), ("forked", ["{{python}}"])):
            env = dict(HARNESS_TEST_MARK=job["mark"])
            code = stack.spawn(name, [*words, "trying.py", str(run / "tmp" / "job.json")], env).wait()
            log = stack.log(name).read_text()
            say(name=name, code=code, told=json.loads(log.splitlines()[-1]) if code == 0 else log)"""


@contextmanager
def surrounded(place) -> Iterator[dict]:
    """What is there to be reached: a program that listens, files with keys, folders that can be written."""
    shutil.copy(trying.__file__, place.folder / "target" / "trying.py")
    key = place.home / ".ssh" / "id_ed25519"
    key.parent.mkdir()
    beside = place.folder / "credentials.json"
    for path in (key, beside):
        path.write_text(SECRET)
        path.chmod(0o644)
    where = place.folder / "daemon.sock"
    with (
        socket.socket(socket.AF_UNIX) as daemon,
        socket.socket(socket.AF_UNIX) as abstract,
        socket.create_server(("127.0.0.1", 0)) as port,
    ):
        daemon.bind(str(where))
        where.chmod(0o777)
        abstract.bind(f"\0{place.mark}")
        for one in (daemon, abstract):
            one.listen(64)
        yield {
            "secret": SECRET, "mark": place.mark, "root": str(place.folder / "target"), "outside": [str(place.home), str(place.folder), "/tmp", "/var/tmp"],
            "keys": [str(key), str(beside)], "sockets": [str(where)], "abstract": [place.mark], "port": port.getsockname()[1],
        }  # fmt: skip


def tried(launch, place, job, *, own="", **how) -> dict[str, dict[str, str]]:
    """How the process began -> what was tried -> what was reached."""
    file = place.folder / "job.json"
    file.write_text(json.dumps(job))
    body = boot(BODY.format(job=str(file), own=own))
    env = {"OPENAI_API_KEY": SECRET, "AWS_SECRET_ACCESS_KEY": SECRET}
    told = facts(launch(body, config=place.config(zygote=True), env=env, **how))
    assert [(one["name"], one["code"]) for one in told] == [("cold", 0), ("forked", 0)], told
    return {one["name"]: one["told"] for one in told}


@pytest.mark.parametrize("user", [0, ordinary.NAMELESS], ids=["root", "ordinary"])
def test_a_target_that_tries_reaches_nothing(launch, place, user):
    """Claim: behind the wall, as root and as an ordinary user, cold and forked: no file, key, socket, process, network, mount, device or right."""
    with surrounded(place) as job:
        told = tried(launch, place, job, mode="namespace", user=user, own='"/tmp", "/var/tmp"')
    print(json.dumps(told, indent=1))
    assert {name: {what: got for what, got in one.items() if got} for name, one in told.items()} == {
        "cold": {},
        "forked": {},
    }


OPEN = {
    "files": ("keys read",), "processes": ("environments and memory", "signals", "traced"), "seen": ("processes seen",), "shared": ("shared memory",),
    "sockets": ("unix sockets",), "networks": ("networks",), "rights": ("rights",),
}  # fmt: skip
"""What a run says is open -> what was tried for it."""


@pytest.mark.parametrize("user", [0, ordinary.NAMED], ids=["root", "ordinary"])
def test_without_namespaces_what_is_reached_is_what_is_said(launch, place, user):
    """Claim: behind the start-up hook a target reaches what `left_open` says, and nothing else."""
    with surrounded(place) as job:
        told = tried(launch, place, job, mode="hook", user=user, own="stack.run_dir, '/dev/shm'")
    said = fence.left_open("hook", "processes", root=user == 0)
    print(json.dumps(told, indent=1))
    for one in told.values():
        one.pop("bounding set")  # only who has rights can empty it; without new privileges it is never asked
        open_to = {what for name in said for what in OPEN.get(name, ())}
        assert {what for what, reached in one.items() if reached} == open_to


WRITES = """
import json, pathlib
told = {}
for name in ("logs/new.txt", "debug.log", "other.txt", "../shared/new.txt"):
    try:
        with open(name, "a") as file:
            file.write("written")
        told[name] = pathlib.Path(name).read_text()
    except OSError as error:
        told[name] = error.strerror
told["logs"] = sorted(path.name for path in pathlib.Path("logs").iterdir())
told["seen"] = pathlib.Path("../shared/price").read_text()
print(json.dumps(told))
"""


def test_a_target_writes_where_it_says_and_its_checkout_stays_as_it_is(launch, place):
    """Claim: what `writes` names is the run's own copy, one that is missing is made, and what `sees` names is read; nothing else is written."""
    root, shared = place.folder / "target", place.folder / "shared"
    for folder in (shared, root / "logs"):
        folder.mkdir()
    (shared / "price").write_text("5")
    (root / "logs" / "old.txt").write_text("old")
    (root / "write.py").write_text(WRITES)
    config = place.config()
    said = 'root = "target"\nwrites = ["logs", "debug.log"]\nsees = ["../shared"]'
    config.write_text(config.read_text().replace('root = "target"', said))
    body = boot(
        """stack.spawn("probe", ["{python}", "write.py"]).wait()
        say(told=json.loads(stack.log("probe").read_text()), files=sorted(name for name in stack.written() if "logs" in name))"""
    )
    (seen,) = facts(launch(body, mode="namespace", config=config))
    refused = "Read-only file system"
    assert seen["told"] == {
        "logs/new.txt": "written",
        "debug.log": "written",
        "other.txt": refused,
        "../shared/new.txt": refused,
        "logs": ["new.txt", "old.txt"],
        "seen": "5",
    }
    assert seen["files"] == ["{root}/logs/new.txt", "{root}/logs/old.txt"]
    assert [path.name for path in (root / "logs").iterdir()] == ["old.txt"]
    assert (root / "debug.log").read_text() == ""
    assert [path.name for path in shared.iterdir()] == ["price"]


def test_a_tree_that_only_root_may_read_is_lent(launch, place):
    """Claim: a checkout of root's with umask 077 is read behind the wall by somebody who is not root."""
    root = place.folder / "target"
    (root / "secret.py").write_text("print('read')")
    for path in (root, root / "secret.py"):
        path.chmod(0o700)
    body = boot(
        """code = stack.spawn("probe", ["{python}", "-c", "import os, secret; print(os.getuid() != 0)"]).wait()
        say(code=code, told=stack.log("probe").read_text().split())"""
    )
    assert facts(launch(body, mode="namespace", config=place.config())) == [{"code": 0, "told": ["read", "True"]}]


def test_a_wall_that_cannot_be_built_is_told(launch, place):
    """Claim: no target runs without one, where namespaces are there; the kernel's reason is in the message."""
    first = """
from harness.stack.isolation import linux
def refuse(folder):
    raise OSError(1, f"pivot_root {folder}: Operation not permitted")
linux.become_root_of = refuse
"""
    (told,) = facts(launch(boot("pass"), mode="namespace", config=place.config(), first=first), code=3)
    assert told["code"] == "wall-refused"
    assert "Operation not permitted" in told["message"]


def test_without_landlock_more_is_open_and_said(monkeypatch):
    """Claim: a kernel that has no Landlock, or an old one, holds less, and that is what is said."""
    kinds = {}
    for version in (0, 1, 4, 6):
        monkeypatch.setattr(landlock, "abi", lambda version=version: version)
        kinds[version] = fence.left_open("hook", "processes", root=False)
    assert {"files", "processes"} <= kinds[0].keys()
    assert kinds[1].keys() == kinds[0].keys() - {"files"}
    assert kinds[4]["networks"] != kinds[1]["networks"]
    assert kinds[6].keys() == kinds[4].keys() - {"processes"}
    assert fence.left_open("namespace", "processes") == fence.left_open("docker", "docker") == {}
    assert {"rights", "files"} <= fence.left_open("namespace", "inprocess").keys()


def test_a_wall_is_taken_away_with_all_that_is_behind_it(launch, place):
    """Claim: what still runs there ends, whoever began it and whatever it has left behind; the next wall is another, and the stack goes on."""
    body = boot(
        """from harness.stack.isolation.supervise import descendants; from tests.looking import words
        first = stack.behind()
        left = "import os, time; os.fork() or (os.setsid(), time.sleep(1000)); print(os.getpid(), flush=True); time.sleep(1000)"
        begun = stack.spawn("sleeper", ["{python}", "-u", "-c", left])
        log = stack.log("sleeper")
        nobody = stack.behind().popen(["sleep", "1000"], cwd=stack.config.root, env=stack.env)  # as one that was interrupted leaves
        while not log.exists() or not log.read_text():
            stack.alive()
        below = lambda: [pid for pid in descendants(os.getpid()) if words(pid)[1:3] == ["-u", "-c"]]
        there = len(below())
        stack.tear_down()
        say(code=begun.poll(), nobody=nobody.returncode, begun=there, left=below(), another=stack.behind() is not first, web=stack.start("web").popen.poll())""",
    )
    (seen,) = facts(launch(body, mode="namespace", config=place.config()))
    assert seen == {"code": -9, "nobody": -9, "begun": 2, "left": [], "another": True, "web": None}
