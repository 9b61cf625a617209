"""How a stack for hand work does not come up, ends, and is found to have ended: nothing of it is left."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
from pathlib import Path

import pytest
import requests

from harness.stack.isolation.supervise import descendants
from scenarios.world import bearer
from tests import preloaded
from tests.looking import eventually
from tests.whole.by_hand import (
    ARTICLE_CREDITS,
    MARK,
    OPENING,
    Attached,
    credits_of,
    follow,
    nothing_left,
    now,
    pasted,
    place,
    words_of,
)
from tests.whole.traces import Traces, end, gone, watch
from tests.whole.workshop import COMMAND

pytestmark = pytest.mark.stack


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("--port", "{taken}"), 3, "error: port {taken} of 127.0.0.1 cannot be opened: Address already in use\n hint: stop what listens there, or choose another --port; without one any free port is taken\n code: port-in-use\n"),
        (("--phase", "3"), 2, "error: harness.toml has no [phases]: the target is at phase 0 only\n hint: check out the code of that phase, or name its overlays in [phases]\n code: phase-none\n"),
        (("--scenario", "writer/generate_imags_basic"), 2, "error: there is no scenario 'writer/generate_imags_basic'\n hint: did you mean 'writer/generate_images_basic'?\n code: hand-scenario\n"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)  # fmt: skip
def test_what_cannot_stand_is_refused(tmp_path, cache, words, code, says):
    """Claim: one line of what, one of what to do, and no folder is left."""
    shop = place(tmp_path / "shop", cache)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        fill = {"taken": str(taken.getsockname()[1])}
        told = shop.harness("stack", "up", *(word.format(**fill) for word in words))
    assert (told.code, told.err) == (code, says.format(**fill))
    assert not (shop.folder / ".harness" / "stacks").exists()


def test_without_a_stack_every_verb_says_so(tmp_path, cache):
    """Claim: down is content; status says it with exit code 2, also as JSON; the others are refused."""
    shop = place(tmp_path / "shop", cache)
    for verb, code in (("down", 0), ("status", 2)):
        told = shop.harness("stack", verb)
        assert (told.code, told.out, told.err) == (code, "the stack 'default' is not up\n", "")
    told = shop.harness("stack", "status", "--json")
    assert (told.code, json.loads(told.out)["up"], told.err) == (2, False, "")
    for verb in ("reset", "logs", "shell"):
        told = shop.harness("stack", verb)
        assert (told.code, told.err) == (
            2,
            "error: no stack 'default' is up\n hint: harness stack up\n code: stack-none\n",
        )


def test_a_killed_stack_is_noticed_and_a_tape_plays_each_recording_once(tmp_path, cache, warm):
    """Claim: kill -9 of the supervisor leaves no process, port or memory; status says so with exit code 3; up begins anew, in the foreground
    with a tape; a request that was never recorded is refused; Ctrl-C takes it down."""
    shop = place(tmp_path / "shop", cache)
    assert shop.harness("stack", "up").code == 0
    traces = Traces()
    pid = now(shop)["pid"]
    traces.note(pid)
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not traces.left(f"{MARK}={shop.folder}"), "something of the killed stack is left")
    told = shop.harness("stack", "status")
    killed = "the stack 'default' was killed; nothing of it is left, and its folder is removed now\n"
    assert (told.code, told.out, told.err) == (3, killed, "")
    nothing_left(shop, traces)

    with Attached(shop, "--tape", "--scenario", "writer/generate_content") as process:
        document = now(shop)
        assert (document["tape"], document["recordings"], document["faults"]) == (True, 1, [])
        pasted(document, "generate content")
        follow(shop, "worker", f"deducted {ARTICLE_CREDITS} credits")
        document = now(shop, "reset", "--scenario", "planner/cluster_keywords")
        whole = next(line["text"] for line in document["lines"] if "auto_cluster" in line["text"])
        words = shlex.split(whole)
        # two keywords of all: nobody recorded that
        body = {"ids": json.loads(words[words.index("-d") + 1])["ids"][:2]}
        answer = requests.post(
            document["backend"] + "/api/v1/planner/keywords/auto_cluster/",
            json=body, headers={"Authorization": f"Bearer {bearer('owner')}"}, timeout=30,
        )  # fmt: skip
        assert answer.status_code == 202, answer.text
        follow(shop, "worker", "no recording matches")
        assert now(shop)["refused"] > 0
        traces = Traces()
        traces.note(process.pid)
        assert end(process, signal.SIGINT) == 0
    nothing_left(shop, traces)


def test_an_attached_stack_goes_with_whoever_held_it(tmp_path, cache, warm):
    """Claim: a dead provider fake is named when somebody asks; kill -9 of the foreground command leaves nothing, also where
    only a hook isolates."""
    shop = place(tmp_path / "shop", cache)
    with Attached(shop, "--isolation", "hook") as process:
        assert now(shop)["isolation"] == "hook"
        assert pasted(now(shop), "what the account has") == {"credits": OPENING}
        fake = next(
            pid for pid in descendants(process.pid) if b"harness.provider.fake" in words_of(Path("/proc", str(pid)))
        )
        os.kill(fake, signal.SIGKILL)
        for verb in ("status", "reset"):
            told = shop.harness("stack", verb)
            assert (told.code, told.err.splitlines()[0]) == (3, "error: fake ended (killed by SIGKILL)")
        traces = Traces()
        traces.note(process.pid)
        end(process, signal.SIGKILL)
    gone(traces, f"{MARK}={shop.folder}", shop.folder / "tmp")
    told = shop.harness("stack", "down")
    assert told.out == "the stack 'default' was killed before; its folder is removed\n"
    assert not (shop.folder / ".harness" / "stacks").exists()


def test_ctrl_c_while_it_comes_up_leaves_nothing(tmp_path, cache, warm):
    """Claim: exit code 130, no process, no folder."""
    shop = place(tmp_path / "shop", cache)
    process = preloaded.Program(
        [*COMMAND, "stack", "up"], cwd=shop.folder, env=shop.environment(), text=True, start_new_session=True
    )
    logs = shop.folder / ".harness/stacks/default/logs"
    traces = Traces()
    watch(process, lambda: (logs / "postgres.log").exists(), traces, "the boot")
    assert end(process, signal.SIGINT) == 130
    nothing_left(shop, traces)


def test_a_stack_in_one_interpreter(tmp_path, cache, warm):
    """Claim: the inprocess tier stands as the others do: over HTTP from outside, its worker's log, its shell, reset, down."""
    shop = place(tmp_path / "shop", cache)
    document = now(shop, "up", "--tier", "inprocess")
    traces = Traces()
    try:
        traces.note(document["pid"])
        assert (document["tier"], credits_of(document)) == ("inprocess", {"account": OPENING, "bystander-account": 77})
        pasted(document, "generate content")
        log = shop.folder / ".harness/stacks/default/logs/worker.log"
        eventually(log.exists, "the worker says nothing")
        assert f"deducted {ARTICLE_CREDITS} credits" in follow(shop, "worker", "deducted")
        assert pasted(document, "what the account has") == {"credits": OPENING - ARTICLE_CREDITS}
        told = shop.harness("stack", "shell", "--", "-c", "print(6 * 7)")
        assert (told.code, told.out.splitlines()[-1]) == (0, "42"), told.out + told.err
        assert credits_of(now(shop, "reset")) == credits_of(document)
    finally:
        told = shop.harness("stack", "down")
    assert (told.code, told.out) == (0, "the stack 'default' is down\n")
    nothing_left(shop, traces)
