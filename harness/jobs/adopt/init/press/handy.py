"""Asked in the target's own shell: what its management commands take, and which of its functions charge somebody.

It is sent there as one text and imports nothing of the harness; nothing in it is newer than 3.8. Modules of the target are imported, nothing is called.
"""

import importlib
import inspect
import json
import pkgutil
import re

HANDLED = (
    "help",
    "version",
    "verbosity",
    "settings",
    "pythonpath",
    "traceback",
    "no_color",
    "force_color",
    "skip_checks",
)
"""What every command of Django's takes."""
SERVICES = (
    "service",
    "services",
    "operations",
    "usecases",
    "use_cases",
    "actions",
    "logic",
    "domain",
    "engine",
    "engines",
    "core",
    "work",
    "api",
)
"""Names of modules, or of packages around them, where functions stand that do a target's work."""
ENOUGH = 60


def commands(asked):
    """[[app, command], ...] -> of each what it must be given: [{"dest", "flag", "whole", "many", "choices", "help"}], None where it cannot be told."""
    from django.core.management import load_command_class

    found = []
    for app, name in asked:
        try:
            parser = load_command_class(app, name).create_parser("manage.py", name)
            found.append([_argument(one) for one in parser._actions if _needed(one)])
        except Exception:
            found.append(None)
    return found


def _needed(action):
    return action.dest not in HANDLED and (
        action.required or (not action.option_strings and action.nargs not in ("?", "*"))
    )


def _argument(action):
    return {
        "dest": action.dest,
        "flag": bool(action.option_strings),
        "whole": action.type is int,
        "many": action.nargs not in (None, 1) and action.nargs != "?",
        "choices": list(action.choices or ()),
        "help": str(action.help or ""),
    }


def services(roots, charging):
    """Of the packages `roots` the functions of service modules whose source says one of the words `charging`:
    [{"module", "name", "parameters": [{"name", "needed", "model", "whole"}]}]."""
    spoken = re.compile(r"\b(?:" + "|".join(charging) + r")\w*\(")
    found = []
    for name in _modules(roots):
        try:
            module = importlib.import_module(name)
        except Exception:
            continue
        for word, function in sorted(vars(module).items()):
            if len(found) >= ENOUGH:
                return found
            if word.startswith("_") or not inspect.isfunction(function) or function.__module__ != name:
                continue
            if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
                continue
            try:
                source = inspect.getsource(function)
                parameters = list(inspect.signature(function).parameters.values())
            except (OSError, TypeError, ValueError):
                continue
            if parameters and spoken.search(source.partition(":")[2]):
                found.append(
                    {"module": name, "name": word, "parameters": [_parameter(one, module) for one in parameters]}
                )
    return found


def _modules(roots):
    for root in roots:
        try:
            package = importlib.import_module(root)
        except Exception:
            continue
        names = [
            one.name
            for one in pkgutil.walk_packages(getattr(package, "__path__", []), root + ".", onerror=lambda _: None)
        ]
        for name in names:
            parts = name.split(".")[len(root.split(".")) :]
            if set(parts) & set(SERVICES) and not set(parts) & {"tests", "test", "migrations", "management"}:
                yield name


def _parameter(one, module):
    said = one.annotation
    if isinstance(said, str):
        said = getattr(module, said.strip("'\""), said)
    meta = getattr(said, "_meta", None)
    return {
        "name": one.name,
        "needed": one.default is one.empty and one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY),
        "model": getattr(meta, "label", ""),
        "whole": said is int or said == "int",
        "odd": one.kind is one.POSITIONAL_ONLY,
    }


def answer(text):
    asked = json.loads(text)
    told = {"commands": commands(asked["commands"]), "services": services(asked["roots"], asked["charging"])}
    return json.loads(json.dumps(told, default=str))
