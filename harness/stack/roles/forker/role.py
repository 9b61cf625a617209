"""What a fork becomes: a process like the one that its command line would have started."""

import fcntl
import os
import runpy
import sys
import types

from . import HIGH, SETTINGS


def become(words, env, numbers, handles, loaded):
    """Descriptors and an environment of its own; returns `words`. `numbers` say where each of `handles` goes."""
    high = [_moved(handle) for handle in handles]
    for handle, number in zip(high, numbers):
        os.dup2(handle, number)
        os.close(handle)
    named = env.pop(SETTINGS, None)
    os.environ.update(env)
    if loaded["given"] is None:
        os.environ.pop(SETTINGS, None)  # a role that names none has none
    if loaded["settings"]:
        os.environ.__class__ = _environment(loaded["settings"], words)
    if named is not None:
        os.environ[SETTINGS] = named
    random = sys.modules.get("numpy.random")
    if random is not None:
        random.seed()
    return words


def _moved(handle):
    moved = fcntl.fcntl(handle, fcntl.F_DUPFD_CLOEXEC, HIGH)
    os.close(handle)
    return moved


def _environment(loaded, words):
    """A kind of environment in which no other settings can be named than those that were loaded: who does starts anew."""

    class Environment(type(os.environ)):
        def __setitem__(self, key, value):
            super().__setitem__(key, value)
            if key == SETTINGS and value != loaded:
                os.execv(sys.executable, [sys.executable, *words])

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
