"""Starting the target's interpreter: what is found of the least project, and every refusal by name."""

from __future__ import annotations

import ast
import sys

import pytest

from harness.backend.look import ask
from harness.backend.look.question import SCRIPT
from harness.core.errors import HarnessError
from tests.backend.look.conftest import LEAST, MANAGE, SETTINGS

REFUSED = """
import os
from pathlib import Path
raise OSError(30, "Read-only file system", os.fspath(Path(__file__).resolve().parents[1] / "{}"))
"""
"""What a handler of LOGGING meets in a tree that can only be read."""


def test_the_least_project(target):
    """Claim: no app, no route and no task is found, and the interpreter and its packages are those that run."""
    look = target()
    assert look.django.settings.module == "shop.settings"
    assert (look.django.models, look.django.routes, look.celery.tasks) == ((), (), ())
    assert look.celery.app == "shop.celery:app"
    assert look.runtime.python == ".".join(map(str, sys.version_info[:3]))
    assert look.runtime.packages["django"] == __import__("django").__version__
    assert look.databases == {}


@pytest.mark.parametrize("file", sorted(SCRIPT.parent.glob("*.py")), ids=lambda file: file.name)
def test_what_runs_in_the_target_is_python_3_8(file):
    """Claim: an interpreter of 2019 reads it, and it imports nothing but the standard library and the target's own."""
    tree = ast.parse(file.read_text(), feature_version=(3, 8))
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom) and not node.level
            else []
        )
    }
    assert imported - sys.stdlib_module_names <= {"django", "celery", "kombu", "django_celery_beat"}


@pytest.mark.parametrize("name", ["settings", "models", "urls", "celery_app", "tasks"])
def test_the_targets_own_names_are_its_own(target, name):
    """Claim: a module of the target that is called like one of the asking code is the one that the target imports."""
    look = target({f"{name}.py": "MINE = 1", "shop/urls.py": f"import {name}\nassert {name}.MINE\nurlpatterns = []"})
    assert look.django.routes == ()


@pytest.mark.parametrize(
    ("files", "message", "hint"),
    [
        ({"shop/settings.py": SETTINGS + "import nowhere"}, "importing settings failed: ModuleNotFoundError: No module named 'nowhere', in shop/settings.py line 8", "install it for"),
        ({"shop/settings.py": SETTINGS + "import os\nX = os.environ['PRICE']"}, "importing settings failed: KeyError: 'PRICE', in shop/settings.py line 9", "[target.env]"),
        ({"shop/settings.py": SETTINGS + "X = ("}, "importing settings failed: SyntaxError", "mend it"),
        ({"shop/settings.py": SETTINGS + "INSTALLED_APPS = ['gone']"}, "loading apps failed: ModuleNotFoundError: No module named 'gone'", "install it for"),
        ({"shop/urls.py": "from shop import views"}, "importing the URL conf failed: ImportError: cannot import name 'views'", "mend it"),
        ({"shop/celery.py": "1 / 0"}, "finding the Celery app failed: ZeroDivisionError: division by zero, in shop/celery.py line 1", "shop/celery.py:1 1 / 0"),
        ({"shop/settings.py": SETTINGS + "INSTALLED_APPS = ['shop']", "shop/tasks.py": "import nowhere"}, "importing Celery's tasks failed: ModuleNotFoundError: No module named 'nowhere', in shop/tasks.py line 1", "install it for"),
        ({"shop/urls.py": "from django.db import connection\nconnection.ensure_connection()"}, "importing the URL conf failed: ", "harness look --database gives it one"),
        ({"shop/settings.py": SETTINGS + REFUSED.format("logs/app.log")}, "importing settings failed: OSError: [Errno 30]", 'target.writes = ["logs"]'),
        ({"shop/settings.py": SETTINGS + REFUSED.format("debug.log")}, "importing settings failed: OSError: [Errno 30]", 'target.writes = ["debug.log"]'),
        ({"shop/settings.py": "import sys\nsys.exit('no licence')"}, "importing settings failed: SystemExit: no licence, in shop/settings.py line 2", "mend it"),
    ],
    ids=["package", "environment", "syntax", "app", "name", "celery", "task", "database", "exit", "log", "file"],
)  # fmt: skip
def test_an_import_that_fails_is_told_with_its_file(target, files, message, hint):
    """Claim: what failed, its kind and words, the target's own file and line; never a bare traceback."""
    with pytest.raises(HarnessError) as refused:
        target(files)
    assert refused.value.code == "target-import"
    assert refused.value.message.startswith(message)
    assert "\n" not in refused.value.message
    assert hint in refused.value.hint


def test_an_error_behind_an_error_is_told(target):
    """Claim: manage.py as startproject writes it hides the first error behind its own; the first is told."""
    hiding = MANAGE.replace(
        "    from django.core.management import execute_from_command_line\n    execute_from_command_line(sys.argv)",
        "    try:\n        import absent_thing\n    except ImportError as exc:\n        raise ImportError('is Django there?') from exc",
    )
    with pytest.raises(HarnessError) as refused:
        target({"manage.py": hiding})
    assert refused.value.message == (
        "starting manage.py failed: ModuleNotFoundError: No module named 'absent_thing', in manage.py line 6"
    )


def test_a_manage_that_gives_nothing_to_django(target):
    """Claim: it is refused by name."""
    with pytest.raises(HarnessError) as refused:
        target({"manage.py": "print('hello')"})
    assert (refused.value.code, refused.value.message) == (
        "target-manage",
        "manage.py ended without giving a command to Django",
    )


def test_a_python_that_is_not_there(target):
    """Claim: it is named."""
    with pytest.raises(HarnessError) as refused:
        target(python="/nowhere/python")
    assert refused.value.code == "target-python"
    assert "/nowhere/python" in refused.value.message


def test_a_target_that_waits_while_it_is_imported(target, monkeypatch, tmp_path):
    """Claim: it is ended, and its last words are told."""
    monkeypatch.setattr(ask, "TIMEOUT_S", 2)
    waiting = tmp_path / "python"
    waiting.write_text("#!/bin/sh\necho waiting for the licence server\nexec sleep 1000\n")
    waiting.chmod(0o755)
    with pytest.raises(HarnessError) as refused:
        target(python=str(waiting))
    assert (refused.value.code, refused.value.message) == ("target-import", "importing the target took longer than 2 s")
    assert refused.value.hint.endswith("waiting for the licence server")


def test_a_target_that_ends_its_interpreter(target):
    """Claim: no answer is an error, with the exit code and the last words."""
    with pytest.raises(HarnessError) as refused:
        target({"shop/settings.py": "import os\nprint('goodbye', flush=True)\nos._exit(7)"})
    assert (refused.value.code, refused.value.hint) == ("target-import", "its last words: goodbye")
    assert "ended with code 7" in refused.value.message


def test_a_manage_in_a_package(target):
    """Claim: `python -m package.manage` is started as it stands."""
    look = target({"shop/manage.py": MANAGE, "manage.py": "raise SystemExit(1)"}, manage=("-m", "shop.manage"))
    assert look.django.settings.module == "shop.settings"


def test_folders_that_manage_puts_on_its_path_are_told(target):
    """Claim: from the target's folder on, and none of a manage.py that leaves the path alone."""
    inner = {name: text for name, text in LEAST.items() if name != "manage.py"}
    moved = {**dict.fromkeys(inner), **{f"src/{name}": text for name, text in inner.items()}}
    put = MANAGE.replace(
        "import os, sys\n",
        "import os, sys\nsys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'src'))\n",
    )
    assert target({**moved, "manage.py": put}).runtime.added == ("src",)
    assert target().runtime.added == ()


def test_without_manage_the_environment_names_the_settings(target):
    """Claim: `django-admin` needs nothing but DJANGO_SETTINGS_MODULE."""
    look = target({"manage.py": "1 / 0"}, manage=("-m", "django"), env={"DJANGO_SETTINGS_MODULE": "shop.settings"})
    assert look.django.settings.module == "shop.settings"


def test_what_the_target_prints_is_not_its_answer(target):
    """Claim: whatever it says on both channels, the answer is whole."""
    look = target({"shop/urls.py": "import sys\nprint('{')\nprint('}', file=sys.stderr)\nurlpatterns = []"})
    assert look.django.routes == ()


def test_no_log_file_of_the_target_is_made(target, tmp_path):
    """Claim: handlers are read, not opened."""
    path = tmp_path / "target" / "app.log"
    logging = f"LOGGING = {{'version': 1, 'handlers': {{'f': {{'class': 'logging.FileHandler', 'filename': {str(path)!r}}}}}, 'root': {{'handlers': ['f']}}}}"
    look = target({"shop/settings.py": SETTINGS + logging})
    assert look.django.settings.logging[0].path == str(path)
    assert not path.exists()
