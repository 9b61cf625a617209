"""What a target that tries can reach: nothing, in namespaces; exactly what is said, without."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from harness.stack.isolation import fence
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
