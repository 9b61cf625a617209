"""The target is imported up to django.setup(), as its manage.py begins, and what of it was read is remembered."""

import builtins
import gc
import io
import os
import runpy
import sys

from . import SETTINGS, further, shared


def target(control, manage, modules):
    """{"why": "" or why it cannot be forked, "files": what was read and its state, "settings": the module that was loaded, "given":
    what the environment said of it before}."""
    given = os.environ.get(SETTINGS)
    opened = set()
    sys.argv = shared.Watched([manage or "manage.py"])
    with _Opens(opened):
        why = _begun(manage) or shared.why_not(control)
    if not why:
        further.imported(further.names(modules))
        why = shared.why_not(control)
    sys.argv = list(sys.argv)
    files = {file: _state(file) for file in opened | _sources()}
    gc.freeze()
    return {"why": why, "files": files, "settings": os.environ.get(SETTINGS), "given": given}


def stale(loaded):
    """A file of the target that is not what it was when it was loaded, or None."""
    return next((file for file, state in loaded["files"].items() if _state(file) != state), None)


def _begun(manage):
    environment, path = dict(os.environ), list(sys.path)
    try:
        if manage:
            _management(manage)
        changed = {
            name for name in {*environment, *os.environ} - {SETTINGS} if environment.get(name) != os.environ.get(name)
        }
        if changed:
            return f"{manage} changes the environment: {', '.join(sorted(changed))}"
        if sys.path != path:
            return f"{manage} changes sys.path"
        if SETTINGS in os.environ:
            import django

            django.setup()
    except BaseException as error:  # a target may also leave by SystemExit; its roles say it where it is looked for
        return f"it cannot be loaded apart from a role: {type(error).__name__}: {error}"
    return ""


def _management(script):
    """Run manage.py up to where it gives its command to Django; one that does not is left alone."""
    with open(script, encoding="utf-8", errors="replace") as file:
        if "execute_from_command_line" not in file.read():
            return
    import django.core.management as management

    real = management.ManagementUtility.execute
    management.ManagementUtility.execute = lambda self: None
    try:
        runpy.run_path(script, run_name="__main__")
    finally:
        management.ManagementUtility.execute = real


class _Opens:
    """Within, paths of what is opened for reading are noted: settings read files, too."""

    def __init__(self, opened):
        self.opened, self.real = opened, io.open

    def __enter__(self):
        def noting(file, mode="r", *args, **kwargs):
            if isinstance(file, (str, os.PathLike)) and not set(mode) & set("wax+"):
                self.opened.add(os.path.abspath(os.fspath(file)))
            return self.real(file, mode, *args, **kwargs)

        io.open = builtins.open = noting

    def __exit__(self, *_):
        io.open = builtins.open = self.real


def _sources():
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return {file for file in files if isinstance(file, str) and shared.is_own(file)}


def _state(file):
    try:
        found = os.stat(file)
    except OSError:
        return None
    return [found.st_mtime_ns, found.st_size, found.st_ino]
