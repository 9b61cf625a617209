"""The Celery app, found as Celery finds it: what was said, else beside the settings, else among what is loaded."""

import importlib
import importlib.util
import os
import re
import sys

from . import names
from .failed import Refused

KEY = 'say it in harness.toml: [target] app = "package.module:app", as after `celery -A`'


def found(said, root):
    """{"app": the object, "name", "found_by"}, or None where the target has no Celery: none is installed, or no source of it imports any. `said` are pairs of
    (name, who says it); the first that leads to an app wins."""
    if importlib.util.find_spec("celery") is None:
        return None
    looked = []
    for name, by in [*said, *_beside_settings()]:
        if name in looked:
            continue
        looked.append(name)
        app = _named(name)
        if app is not None:
            return _found(app, name, by)
        if by == "harness.toml":
            raise Refused("no-celery-app", f"target.app names {name}, where there is no Celery app", KEY)
    loaded = _among_loaded(root)
    if len(loaded) == 1:
        name, app = loaded[0]
        return {"app": app, "name": name, "found_by": "the only one that the target imports"}
    places = ", ".join(name for name, _ in loaded)
    if loaded:
        raise Refused("no-celery-app", f"the target has {len(loaded)} Celery apps: {places}", KEY)
    if not said and not _spoken_of(root):
        return None  # somebody else in this environment needs it
    raise Refused(
        "no-celery-app", "no Celery app in %s, nor in what the target imports" % (", ".join(looked) or "settings"), KEY
    )


def _spoken_of(root):
    """Whether any source below `root` imports Celery; what is installed there speaks for nobody."""
    for folder, inner, files in os.walk(root):
        inner[:] = [one for one in inner if not one.startswith(".") and one not in ("site-packages", "node_modules")]
        for name in files:
            if name.endswith(".py"):
                try:
                    with open(os.path.join(folder, name), "rb") as file:
                        text = file.read()
                except OSError:
                    continue
                if re.search(rb"(?m)^\s*(?:from|import)\s+celery\b", text):
                    return True
    return False


def _found(app, name, by):
    return {"app": app, "name": _whole_name(app, name), "found_by": by}


def _beside_settings():
    """(package, who says it) of the settings, the WSGI application and the URL conf, and of what holds them."""
    from django.conf import settings

    candidates = [os.environ.get("CELERY_APP", "")]
    for dotted in (
        getattr(settings, "SETTINGS_MODULE", None) or os.environ.get("DJANGO_SETTINGS_MODULE", ""),
        (getattr(settings, "WSGI_APPLICATION", "") or "").rpartition(".")[0],
        str(getattr(settings, "ROOT_URLCONF", "") or ""),
    ):
        parts = dotted.split(".")
        candidates += [".".join(parts[:n]) for n in range(len(parts), 0, -1)]
    pairs = [(candidates[0], "CELERY_APP")] + [(name, "the settings' package") for name in candidates[1:]]
    return [(name, by) for name, by in pairs if name]


def _named(name):
    """The app that `celery -A name` would run; None where there is none. What breaks while importing is not caught."""
    module, colon, attribute = name.partition(":")
    if not _is_there(module):
        parent, _, last = module.rpartition(".")
        if colon or not parent or not _is_there(parent):
            return None
        module, attribute = parent, last
    loaded = importlib.import_module(module)
    if attribute:
        return _app(_attribute(loaded, attribute))
    for word in ("app", "celery"):
        app = _app(getattr(loaded, word, None))
        if app is not None:
            return app
    if getattr(loaded, "__path__", None) and _is_there(module + ".celery"):
        app = _named(module + ".celery")
        if app is not None:
            return app
    return next((app for app in map(_app, list(vars(loaded).values())) if app is not None), None)


def _attribute(thing, path):
    for part in path.split("."):
        thing = getattr(thing, part, None)
    return thing() if callable(thing) and _app(thing) is None and not isinstance(thing, type) else thing


def _is_there(module):
    try:
        return bool(module) and (module in sys.modules or importlib.util.find_spec(module) is not None)
    except (ImportError, ValueError, AttributeError):
        return False


def _app(thing):
    from celery import Celery
    from celery.local import PromiseProxy, Proxy

    if type(thing) in (Proxy, PromiseProxy):  # current_app and shared tasks stand for any app
        return None
    return thing if isinstance(thing, Celery) else None


def _among_loaded(root):
    """(module:attribute, app) of each app that a module of the target holds; of several that hold one, the module that makes it: one that
    only imports it may need more than a worker has when it begins."""
    apps = []
    for module in sorted(sys.modules):
        loaded = sys.modules[module]
        if not names.own(module, root):
            continue
        for word, thing in sorted(vars(loaded).items()):
            app = _app(thing)
            there = [n for n, (_, one) in enumerate(apps) if one is app]
            if app is not None and not there:
                apps.append((f"{module}:{word}", app))
            elif app is not None and _assigned(loaded, word) and not _assigned(*_placed(apps[there[0]][0])):
                apps[there[0]] = (f"{module}:{word}", app)
    return apps


def _placed(name):
    module, _, word = name.partition(":")
    return sys.modules[module], word


def _assigned(module, word):
    """Whether the module's source gives the word its value, and does not import it."""
    try:
        with open(module.__file__, encoding="utf-8") as file:
            return re.search(r"(?m)^\s*" + re.escape(word) + r"\s*(:[^=\n]+)?=", file.read()) is not None
    except (OSError, TypeError, ValueError):
        return False


def _whole_name(app, name):
    """module:attribute where the app stands, so that `celery -A` finds this one."""
    for module in (name.partition(":")[0], name.partition(":")[0] + ".celery"):
        for word, thing in sorted(vars(sys.modules.get(module, object)).items()):
            if thing is app:
                return f"{module}:{word}"
    return name
