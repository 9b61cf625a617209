"""A zygote begun before its island: the roles that it forks are those that one from inside would have forked."""

from __future__ import annotations

import json
import os
import select
import signal
from pathlib import Path
from typing import Any

import pytest

from harness.stack.isolation import supervise
from tests import zygotes
from tests.stack import ordinary
from tests.stack.isolation.test_island import facts

pytestmark = pytest.mark.stack

FIRST = f"""
{zygotes.ANEW}
from harness.stack.processes import early
from harness.core.errors import HarnessError
CONFIG = configuration.load(Path({{config!r}}))
early.begin(CONFIG, "auto")
BEGUN = [made.process.pid for made, _ in early._waiting]
"""
ROLE = """
import json, os, sys, tempfile
if len(sys.argv) == 1:
    spaces = {name: os.stat("/proc/self/ns/" + name).st_ino for name in ("user", "mnt", "net", "ipc", "pid")}
    status = [line.split() for line in open("/proc/self/status") if line.startswith(("Cap", "Uid", "Gid", "Groups", "SigBlk", "NoNewPrivs"))]
    env = {name: value for name, value in os.environ.items() if not name.startswith("HARNESS_MARK")}
    print(json.dumps({"env": env, "path": sys.path, "spaces": spaces, "status": status, "cwd": os.getcwd(), "tmp": tempfile.gettempdir(),
                      "clock": "harness_clock" in sys.modules, "root": os.stat("/").st_ino, "hosts": open("/etc/hosts").read()}))
"""
BODY = """
def told(name, forked):
    process = forked() if forked else child.spawn(name, [stack.places["python"], "role.py"], log=stack.log(name), env=stack.env, cwd=stack.config.root, wall=stack.behind())
    assert process is not None and process.popen.wait(30) == 0, process.output() if process else stack.zygote.why
    return json.loads(process.output().splitlines()[-1])
from harness.stack.roles import child
with processes.boot(CONFIG, isl, fake=None{roles}) as stack:
    forks = stack.zygote
    {then}
return 0
"""
SAME = """warm = told("warm", lambda: stack.begun("warm", [stack.places["python"], "role.py"], {}))
    cold = told("cold", None)
    say(warm=warm, cold=cold, first=stack.behind().first, parent=int(Path("/proc", str(forks.process.pid), "stat").read_text().split()[3]),
        memory=stack.memory_bytes(), began=BEGUN, why=forks.why, log=stack.log("zygote").exists())"""


def program(config: Path, then: str, *, roles: str = "") -> dict[str, Any]:
    (config.parent / "target" / "role.py").write_text(ROLE)
    (config.parent / "target" / "manage.py").write_text("")
    return {
        "config": config,
        "first": FIRST.format(config=str(config)),
        "body": BODY.format(then=then, roles=roles),
    }


@pytest.mark.parametrize("user", [0, ordinary.NAMED], ids=["own", "ordinary"])
def test_a_role_of_an_early_zygote_is_as_one_that_was_started_inside(launch, place, user):
    """Claim: environment, path, start-up hook, namespaces, user, capabilities and folders are those of a cold process beside
    it; the zygote is a child of the first process behind the wall, and ends with the stack."""
    (seen,) = facts(launch(mode="namespace", user=user, **program(place.config(zygote=True), SAME)))
    warm, cold = seen["warm"], seen["cold"]
    assert warm["env"].pop("PGAPPNAME") == "warm"  # by what the database knows a role
    assert warm == cold
    assert warm["clock"]
    assert seen["parent"] == seen["first"]
    assert len(seen["began"]) == 1
    assert (seen["why"], seen["log"]) == ("", True)
    assert seen["memory"] > 10e6
    assert place.leftovers() == []


def test_one_that_was_foreseen_otherwise_is_not_taken(launch, place):
    """Claim: another environment than it was begun with: it ends, and the stack forks from one of its own."""
    then = """state = Path("/proc", str(forks.process.pid), "stat").read_text().split()
    say(parent=int(state[3]), own=os.getpid(), waiting=len(early._waiting), role=told("warm", lambda: stack.begun("warm", [stack.places["python"], "role.py"], {}))["env"]["REGION"])"""
    config = place.config(zygote=True)
    words = program(config, then)
    words["first"] += "from dataclasses import replace\nCONFIG = replace(CONFIG, env={**CONFIG.env, 'REGION': 'eu'})\n"
    (seen,) = facts(launch(mode="namespace", **words))
    assert seen == {"parent": seen["own"], "own": seen["own"], "waiting": 0, "role": "eu"}
    assert place.leftovers() == []


def test_one_that_cannot_come_in_is_replaced(launch, place):
    """Claim: a kernel that refuses is no reason to start cold."""
    then = """role = told("warm", lambda: stack.begun("warm", [stack.places["python"], "role.py"], {}))
    say(other=stack.zygote is not forks, why=forks.why, now=stack.zygote.why, clock=role["clock"])"""
    words = program(place.config(zygote=True), then, roles=", roles=False")
    words["body"] = words["body"].replace("forks = stack.zygote", "forks = stack.hatch()")
    refused = "('../status', 'mnt', 'net', 'ipc', 'pid')"  # nothing that can be entered
    words["first"] += f"from harness.stack.roles.forker import join\njoin.SPACES = {refused}\n"
    (seen,) = facts(launch(mode="namespace", **words))
    assert seen["other"] is True
    assert seen["why"].startswith("[Errno ")
    assert (seen["now"], seen["clock"]) == ("", True)
    assert place.leftovers() == []


def test_it_ends_with_whoever_began_it(launch, place):
    """Claim: killed before there is an island, or left without one."""
    words = program(place.config(zygote=True), "pass")
    words["first"] += "say(began=BEGUN)\nsys.stdin.readline()\nsys.exit(0)\n"
    for how in (signal.SIGKILL, None):
        process = launch(mode="namespace", **words)
        (pid,) = json.loads(process.stdout.readline())["began"]
        assert pid in supervise.descendants(process.pid)
        with os.fdopen(os.pidfd_open(pid), "rb") as begun:
            if how is None:
                process.stdin.write("\n")
                process.stdin.flush()
            else:
                process.send_signal(how)
            assert select.select([begun], [], [], 30)[0]
        process.wait(30)
    assert place.leftovers() == []
