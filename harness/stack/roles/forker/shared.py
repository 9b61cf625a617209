"""Whether what was loaded can be shared between processes."""

import os
import sys


def why_not(control):
    """Why it cannot, or "". `control` is the socket that this process itself holds."""
    if len(os.listdir("/proc/self/task")) > 1:
        return "it starts threads while it is imported"
    if _connections(control.fileno()):
        return "it opens connections while it is imported"
    if "grpc._cython.cygrpc" in sys.modules:
        return "it imports gRPC, which does not survive a fork"
    if _patched("gevent.monkey", "saved") or _patched("eventlet.patcher", "already_patched"):
        return "it patches the standard library while it is imported"
    if isinstance(sys.argv, Watched) and sys.argv.read_by:
        return f"it reads the command line while it is imported: {sys.argv.read_by}"
    state = sys.modules.get("celery._state")
    if state is not None and any(app.finalized for app in state._get_active_apps()):
        return "it finalizes its Celery app while it is imported"
    return ""


def _connections(own):
    for name in os.listdir("/proc/self/fd"):
        try:
            if int(name) not in (0, 1, 2, own) and os.readlink("/proc/self/fd/" + name).startswith("socket:"):
                return True
        except OSError:  # the listing's own
            continue
    return False


def _patched(module, mark):
    return bool(getattr(sys.modules.get(module), mark, None))


def is_own(file):
    """Whether a file is the target's: in its folder, and not installed there."""
    elsewhere = (sys.prefix + os.sep, sys.base_prefix + os.sep)
    return file.startswith(os.getcwd() + os.sep) and not file.startswith(elsewhere) and "site-packages" not in file


class Watched(list):
    """A command line that notes which of the target's files reads it."""

    read_by = ""

    def _note(self):
        frame = sys._getframe(2)
        file = frame.f_code.co_filename
        if not self.read_by and is_own(file) and frame.f_globals.get("__name__") != "__main__":
            self.read_by = os.path.relpath(file)

    def __getitem__(self, key):
        self._note()
        return super().__getitem__(key)

    def __iter__(self):
        self._note()
        return super().__iter__()

    def __contains__(self, word):
        self._note()
        return super().__contains__(word)

    def __len__(self):
        self._note()
        return super().__len__()
