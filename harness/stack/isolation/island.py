"""An island: the harness and its whole stack, alone with a network of their own, or as alone as the machine allows.

`run(main)` moves the rest of the program inside. Kind "namespace" is enforced by the kernel (namespace.py). Kind "hook"
is the fallback where that is refused: Python processes are remapped and guarded by a start-up hook (hook.py). Whichever
holds, when any process of the chain is killed nothing is left behind.

Sockets that must be reachable from outside are made before `run` and used by main through its closure: a forked
process keeps them, and a socket stays in the network in which it was made.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from harness.core.errors import HarnessError, StackError, did_you_mean
from harness.stack.isolation import hook, namespace, surroundings
from harness.stack.isolation.supervise import signals_held, stand_in_for

MODES = ("auto", "namespace", "hook")


@dataclass(frozen=True, slots=True, kw_only=True)
class Island:
    """Where main runs. `kind` is "namespace" or "hook"; `why` is one line for the user, with the kernel's refusal.

    `run_dir` is fresh, passable for all, in memory where possible, and vanishes with the island. `hosts` maps each
    provider host to the loopback address by which it is reached inside.
    """

    kind: str
    why: str
    run_dir: Path
    hosts: dict[str, str]


def run(main: Callable[[Island], int], *, hosts: Iterable[str] = (), mode: str = "auto") -> int:
    """Run `main` inside an island and return its exit code (130 after Ctrl-C, 128 + n after signal n).

    `main` runs in a forked process: it returns the exit code and cannot hand back anything else. Call from the main
    thread. Raises StackError island-refused when `mode` is "namespace" and the machine allows none.
    """
    if mode not in MODES:
        raise HarnessError(f"unknown isolation '{mode}'", hint=did_you_mean(mode, MODES), code="island-mode")
    if threading.current_thread() is not threading.main_thread():
        raise HarnessError("an island starts from the main thread", hint="call island.run there", code="island-mode")
    with signals_held():
        return _run(main, tuple(hosts), mode)


def _run(main: Callable[[Island], int], hosts: tuple[str, ...], mode: str) -> int:
    refusal = "asked for with --isolation hook"
    if mode != "hook":
        addresses = dict.fromkeys(hosts, namespace.FAKE_ADDRESS)
        why = "own network, mount, process and IPC namespaces" + ("" if os.geteuid() == 0 else ", as an ordinary user")

        def inside(run_dir: Path) -> int:
            return main(Island(kind="namespace", why=why, run_dir=run_dir, hosts=addresses))

        pid, refusal = namespace.spawn(inside, addresses)
        if pid:
            return stand_in_for(pid)
        if mode == "namespace":
            raise StackError(
                f"this machine refuses namespaces: {refusal}",
                hint="run without asking for namespaces: the start-up hook is used then",
                code="island-refused",
            )
        refusal = f"namespaces refused: {refusal}"
    addresses = hook.addresses(hosts)
    why = f"start-up hook in Python processes ({refusal})"

    def beside(run_dir: Path) -> int:
        surroundings.forget()
        return main(Island(kind="hook", why=why, run_dir=run_dir, hosts=addresses))

    return hook.run(beside)
