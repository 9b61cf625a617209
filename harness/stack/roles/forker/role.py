"""What a fork becomes: a process like the one that its command line would have started."""

import contextlib
import fcntl
import gc
import os
import runpy
import signal
import sys
import types

from . import HIGH, SETTINGS

ANEW = signal.SIGURG
"""Says to a role that a child of its own has named other settings. Whoever does not expect it never hears of it."""


def become(name, words, env, numbers, handles, loaded):
    """Descriptors, an environment and a name of its own; returns `words`. `numbers` say where each of `handles` goes."""
    with contextlib.suppress(OSError), open("/proc/self/comm", "w", encoding="utf-8") as comm:
        comm.write(name)  # its command line stays that of the zygote
    high = [_moved(handle) for handle in handles]
    for handle, number in zip(high, numbers):
        os.dup2(handle, number)
        os.close(handle)
    named = env.pop(SETTINGS, None)
    os.environ.update(env)
    if loaded["given"] is None:
        os.environ.pop(SETTINGS, None)  # a role that names none has none
    if loaded["settings"]:
        os.environ.__class__ = _environment(loaded["settings"], words, {0, 1, 2, *numbers})
    if named is not None:
        os.environ[SETTINGS] = named
    gc.enable()
    clock = sys.modules.get("harness_clock")
    if clock is not None:
        clock.started()
    random = sys.modules.get("numpy.random")
    if random is not None:
        random.seed()
    return words


def _moved(handle):
    moved = fcntl.fcntl(handle, fcntl.F_DUPFD_CLOEXEC, HIGH)
    os.close(handle)
    return moved


def _environment(loaded, words, given):
    """A kind of environment in which no other settings can be named than those that were loaded: who does starts anew.
    Where a child does (a worker of gunicorn's, which imports the WSGI module), the whole role does: the command line is
    that of the role. What it opened itself is closed, for gunicorn has its port stay open over an exec."""
    import django

    role, setup, done = os.getpid(), django.setup, []

    def noted(*args, **how):
        done.append(True)  # what is named from now on changes nothing, here as in a process that was not forked
        return setup(*args, **how)

    def begin(*_):
        for opened in {int(name) for name in os.listdir("/proc/self/fd")} - given:
            try:
                os.set_inheritable(opened, False)
            except OSError:  # the listing's own
                continue
        os.execv(sys.executable, [sys.executable, *words])

    class Environment(type(os.environ)):
        def __setitem__(self, key, value):
            super().__setitem__(key, value)
            if key != SETTINGS or value == loaded or done:
                return
            if os.getpid() != role:
                os.kill(role, ANEW)
                os._exit(0)
            begin()

    django.setup = noted
    signal.signal(ANEW, begin)
    return Environment


def run(words):
    """What `python words...` does."""
    if words[0] == "-m":
        begin_path(os.getcwd())
        sys.argv = ["-m", *words[2:]]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
        return
    begin_path(os.path.dirname(os.path.realpath(words[0])))
    sys.argv = list(words)
    module = types.ModuleType("__main__")
    module.__file__ = words[0]
    sys.modules["__main__"] = module
    with open(words[0], "rb") as file:
        code = compile(file.read(), words[0], "exec")
    exec(code, module.__dict__)


def begin_path(folder):
    """The folder that Python itself would have put first."""
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = folder
