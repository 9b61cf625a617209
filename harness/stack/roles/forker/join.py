"""A zygote that was started before its island is there goes over into it, with what it has imported until then."""

import contextlib
import importlib
import importlib.util
import os
import sys
import tempfile

SPACES = ("user", "mnt", "net", "ipc", "pid")
"""In the order in which they are entered: whoever is in the user namespace may enter the others."""
_CAPABILITIES = (0x20080522).to_bytes(4, sys.byteorder) + bytes(4)


def join(handles, root, path, less):
    """{"pid": its own there} from the process that goes on, or {"why": what keeps it out}.

    `handles` are the log, then a namespace each of SPACES; `path` is put in front of sys.path, and the start-up hook there is run. `less`:
    {"file": of what gives up capabilities, "identity": who it becomes, or None}; None where it stays who it is.
    """
    log, *spaces = handles
    if "sitecustomize" in sys.modules:
        return {"why": "another start-up hook has run already"}
    give_up = None if less is None else _loaded(less["file"])
    try:
        _enter(spaces)
    except OSError as error:
        return {"why": str(error)}
    for handle in spaces:
        os.close(handle)
    if os.fork():  # whoever has entered a namespace of processes is not in it; its children are
        os.wait()
        os._exit(0)
    if os.fork():  # and their children, once they have none above them, are those of the first one there
        os._exit(0)
    os.setsid()
    if give_up is None:
        _no_capabilities()
    else:
        give_up(*(less["identity"] or ()))
    for number in (1, 2):
        os.dup2(log, number)
    os.close(log)
    os.chdir(root)  # the same folder, seen from there
    tempfile.tempdir = None
    if path:
        os.environ["PYTHONPATH"] = path
        sys.path[1:1] = path.split(os.pathsep)
        importlib.invalidate_caches()
        with contextlib.suppress(ImportError):
            importlib.import_module("sitecustomize")
    return {"pid": os.getpid()}


def _enter(spaces):
    import ctypes  # what a target loads in the end anyhow

    libc = ctypes.CDLL(None, use_errno=True)
    own = [os.stat("/proc/self/ns/" + name).st_ino for name in SPACES]  # beforehand: there /proc is another
    for name, handle, here in zip(SPACES, spaces, own):
        if os.fstat(handle).st_ino != here and libc.setns(handle, 0):
            number = ctypes.get_errno()
            raise OSError(number, f"setns {name}: {os.strerror(number)}")


def _loaded(file):
    spec = importlib.util.spec_from_file_location("harness_powers", file)
    powers = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(powers)
    return powers.give_up


def _no_capabilities():
    """An ordinary user who enters a user namespace has all of them there, until the next program is started."""
    import ctypes

    if os.geteuid():
        ctypes.CDLL(None, use_errno=True).capset(_CAPABILITIES, bytes(24))
