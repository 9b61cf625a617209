"""Roles forked from a process that has loaded a small Django project: what they share, what they do not, and when they start cold."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.stack.roles import child, forker, zygote

MANAGE = """
import os, sys
if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
"""
SETTINGS = """
import os
PRICE = 1
SECRET_KEY = "x"
INSTALLED_APPS = ["shop"]
LOADED_BY = os.getpid()
"""
TELL = """
import json, os, sys
print(json.dumps({
    "pid": os.getpid(), "comm": open("/proc/self/comm").read(), "session": os.getsid(0), "argv": sys.argv, "path": sys.path[0], "name": __name__,
    "settings": os.environ.get("DJANGO_SETTINGS_MODULE"), "mark": os.environ.get("HARNESS_MARK"),
    "imported": "shop.settings" in sys.modules, "celery": "shop.jobs" in sys.modules,
}), flush=True)
"""
LONG = "import signal\nprint('up', flush=True)\nsignal.pause()\n"


class Shop:
    """A small project, and the zygote of it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "shop_root"
        (self.root / "shop").mkdir(parents=True)
        self.log = folder / "role.log"
        self.modules = folder / "cache" / "modules.json"
        self.env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}
        for name, text in {
            "manage.py": MANAGE, "shop/__init__.py": "", "shop/settings.py": SETTINGS, "shop/tell.py": TELL, "shop/long.py": LONG,
        }.items():  # fmt: skip
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(text)

    @contextlib.contextmanager
    def hatched(self) -> Iterator[zygote.Zygote]:
        made = zygote.start(sys.executable, self.env, root=self.root, log=self.log.with_name("zygote.log"))
        try:
            made.load([sys.executable, "manage.py"], self.modules)
            yield made
        finally:
            made.close()

    def fork(
        self, made: zygote.Zygote, *words: str, env: dict[str, str] | None = None, **more: Any
    ) -> child.Child | None:
        return made.fork(
            "role", [sys.executable, *words], log=self.log, env={**self.env, **(env or {})}, cwd=self.root, **more
        )

    def told(self, made: zygote.Zygote, *words: str, env: dict[str, str] | None = None) -> dict[str, Any]:
        forked = self.fork(made, *words, env=env)
        assert forked is not None, made.why
        assert forked.popen.wait(30) == 0, forked.output()
        answer: dict[str, Any] = json.loads(forked.output().splitlines()[-1])
        return answer


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_a_role_is_what_its_command_line_would_have_started(shop: Shop):
    """Claim: a session, a command line and a path of its own; the settings are imported, and named by nobody yet; twice
    the same, from one process."""
    with shop.hatched() as made:
        told = shop.told(made, "-m", "shop.tell", "--loud", env={"HARNESS_MARK": "yes"})
        assert told["session"] == told["pid"] != made.process.pid
        assert (told["argv"], told["path"]) == ([os.fspath(shop.root / "shop/tell.py"), "--loud"], os.fspath(shop.root))
        assert (told["name"], told["mark"]) == ("__main__", "yes")
        assert (told["imported"], told["settings"]) == (True, None)
        assert told["comm"] == "role\n"
        shop.write("plain.py", TELL)
        again = shop.told(made, "plain.py")
        assert (again["argv"], again["name"], again["mark"]) == (["plain.py"], "__main__", None)
        assert again["pid"] != told["pid"]


def test_the_end_of_a_role_is_seen_as_of_any_process(shop: Shop):
    """Claim: exit code, signal and time-out as Popen says them, and what is asked twice is the same."""
    shop.write("shop/three.py", "raise SystemExit(3)\n")
    with shop.hatched() as made:
        three = shop.fork(made, "-m", "shop.three")
        assert three is not None
        assert (three.popen.wait(30), three.popen.poll(), three.popen.returncode) == (3, 3, 3)
        long = shop.fork(made, "-m", "shop.long")
        assert long is not None
        child.wait_until(long, lambda: "up" in long.output(), what="word", timeout_s=30)
        assert long.popen.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            long.popen.wait(0)
        child.stop(long)
        assert long.popen.returncode == -signal.SIGTERM
        assert not Path("/proc", str(long.pid)).exists()


def test_a_role_can_be_killed_as_soon_as_it_is_known(shop: Shop):
    """Claim: it has a session of its own before anybody hears of it: another role that died at boot takes it down at once."""
    with shop.hatched() as made:
        for _ in range(20):
            long = shop.fork(made, "-m", "shop.long")
            assert long is not None
            assert os.getsid(long.pid) == long.pid
            child.kill(long)
            assert long.popen.returncode == -signal.SIGKILL


def test_what_it_forked_goes_on_without_it(shop: Shop):
    """Claim: a zygote that was killed takes nobody with it, and the next role starts cold, with the reason."""
    with shop.hatched() as made:
        long = shop.fork(made, "-m", "shop.long")
        assert long is not None
        child.wait_until(long, lambda: "up" in long.output(), what="word", timeout_s=30)
        child.kill(made.process)
        assert shop.fork(made, "-m", "shop.tell") is None
        assert made.why.startswith("the process that forks them gives no answer")
        assert long.popen.poll() is None
        child.kill(long)
        assert long.popen.returncode == -signal.SIGKILL


def test_the_end_of_what_it_forked_is_seen_when_it_is_closed(shop: Shop):
    """Claim: where a source has changed the zygote is let go, and its roles are ended later."""
    with shop.hatched() as made:
        long = shop.fork(made, "-m", "shop.long")
        assert long is not None
    child.kill(long)
    assert long.popen.returncode == -signal.SIGKILL
    assert made.why == "it was ended"


def test_input_and_descriptors_reach_a_role(shop: Shop):
    """Claim: a pipe to its input, and a descriptor at the number that the environment names."""
    shop.write(
        "shop/echo.py", "import os, sys\nos.write(int(os.environ['HARNESS_FD']), sys.stdin.readline().encode())\n"
    )
    reader, low = os.pipe()
    writer = os.dup2(low, forker.HIGH + 7)
    with shop.hatched() as made:
        env = {"HARNESS_FD": str(writer)}
        echo = shop.fork(made, "-m", "shop.echo", env=env, stdin=subprocess.PIPE, pass_fds=(writer,))
        assert echo is not None
        echo.popen.stdin.write(b"credits\n")
        assert os.read(reader, 100) == b"credits\n"
        assert echo.popen.wait(30) == 0
        echo.popen.stdin.close()
    for handle in (reader, low, writer):
        os.close(handle)


COLD = {
    "threads": ("shop/__init__.py", "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n", "starts threads"),
    "connections": ("shop/__init__.py", "import socket\nheld = socket.socketpair()\n", "opens connections"),
    "grpc": ("shop/__init__.py", "import sys, types\nsys.modules['grpc._cython.cygrpc'] = types.ModuleType('grpc')\n", "imports gRPC"),
    "green": ("shop/__init__.py", "import sys, types\nm = types.ModuleType('m')\nm.saved = {'socket': 1}\nsys.modules['gevent.monkey'] = m\n", "patches the standard library"),
    "argv": ("shop/settings.py", SETTINGS + "import sys\nTESTING = 'test' in sys.argv\n", "reads the command line while it is imported: shop/settings.py"),
    "finalized": ("shop/__init__.py", "from celery import Celery\napp = Celery('shop')\napp.finalize()\n", "finalizes its Celery app"),
    "environment": ("manage.py", MANAGE.replace("    from", "    os.environ['REGION'] = 'eu'\n    from"), "manage.py changes the environment: REGION"),
    "path": ("manage.py", MANAGE.replace("    from", "    sys.path.append('/elsewhere')\n    from"), "manage.py changes sys.path"),
    "broken": ("shop/settings.py", "import nowhere_at_all\n", "cannot be loaded apart from a role: ModuleNotFoundError"),
    "leaves": ("shop/settings.py", "raise SystemExit('no DATABASE_URL')\n", "cannot be loaded apart from a role: SystemExit: no DATABASE_URL"),
}  # fmt: skip


@pytest.mark.parametrize("how", COLD)
def test_what_cannot_be_shared_is_not(shop: Shop, how: str):
    """Claim: nothing is forked, and the reason is the target's own."""
    file, text, why = COLD[how]
    shop.write(file, text)
    with shop.hatched() as made:
        assert shop.fork(made, "-m", "shop.tell") is None
        assert why in made.why
        assert not made.stale


def test_a_celery_app_is_left_unfinished(shop: Shop):
    """Claim: what a worker's command line says still reaches every task: the app that the project's __init__ makes is not
    finalized by loading it."""
    shop.write("shop/__init__.py", "from shop.jobs import app\n")
    shop.write("shop/jobs.py", "from celery import Celery\napp = Celery('shop')\n\n@app.task\ndef bill(): pass\n")
    shop.write("shop/late.py", "from shop.jobs import app, bill\nassert not app.finalized\napp.conf.task_acks_late = True\nassert bill.acks_late is True\n")  # fmt: skip
    with shop.hatched() as made:
        late = shop.fork(made, "-m", "shop.late")
        assert late is not None, made.why
        assert late.popen.wait(30) == 0, late.output()


def test_a_role_with_other_settings_starts_anew(shop: Shop):
    """Claim: it has the settings that it names, in the same process; nothing of the others is imported."""
    shop.write("shop/live.py", SETTINGS.replace("PRICE = 1", "PRICE = 2"))
    shop.write(
        "live.py",
        "import os\nbegun = os.environ.get('DJANGO_SETTINGS_MODULE')\nos.environ['DJANGO_SETTINGS_MODULE'] = 'shop.live'\n"
        "import django, json, sys\ndjango.setup()\nfrom django.conf import settings\n"
        "print(json.dumps({'price': settings.PRICE, 'pid': os.getpid(), 'own': settings.LOADED_BY, 'other': 'shop.settings' in sys.modules}))\n",
    )
    shop.write("same.py", (shop.root / "live.py").read_text().replace("shop.live", "shop.settings"))
    with shop.hatched() as made:
        forked = shop.fork(made, "live.py")
        assert forked is not None
        assert forked.popen.wait(30) == 0, forked.output()
        told = json.loads(forked.output())
        assert told == {"price": 2, "pid": forked.pid, "own": forked.pid, "other": False}
        named = shop.fork(made, "-m", "shop.tell", env={"DJANGO_SETTINGS_MODULE": "shop.live"})
        assert named is not None
        assert named.popen.wait(30) == 0
        told = json.loads(named.output().splitlines()[-1])
        assert (told["settings"], told["imported"]) == ("shop.live", False)
        assert shop.told(made, "-m", "shop.tell", env={"DJANGO_SETTINGS_MODULE": "shop.settings"})["imported"]
        same = shop.told(made, "same.py")
        assert (same["price"], same["own"]) == (1, made.process.pid)


def test_a_child_that_names_other_settings_starts_its_role_anew(shop: Shop):
    """Claim: gunicorn's worker imports the WSGI module; the role begins again, with its own number, and its port is free."""
    shop.write("shop/live.py", SETTINGS.replace("PRICE = 1", "PRICE = 2"))
    shop.write(
        "serve.py",
        "import os, socket\nported = socket.create_server(('127.0.0.1', 0) if 'PORT' not in os.environ else ('127.0.0.1', int(os.environ['PORT'])))\n"
        "ported.set_inheritable(True)\nos.environ['PORT'] = str(ported.getsockname()[1])\n"
        "role, (seen, told) = os.getpid(), os.pipe()\n"
        "if os.fork() == 0:\n    os.environ['DJANGO_SETTINGS_MODULE'] = 'shop.live'\n"
        "    import django, json, sys\n    django.setup()\n    from django.conf import settings\n"
        "    os.write(told, json.dumps({'price': settings.PRICE, 'role': role, 'own': settings.LOADED_BY == os.getpid()}).encode())\n    os._exit(0)\n"
        "os.close(told)\nprint(os.read(seen, 4096).decode() or os.wait())\n",
    )
    with shop.hatched() as made:
        forked = shop.fork(made, "serve.py")
        assert forked is not None
        assert forked.popen.wait(30) == 0, forked.output()
        assert json.loads(forked.output()) == {"price": 2, "role": forked.pid, "own": True}


def test_settings_that_are_named_too_late_change_nothing(shop: Shop):
    """Claim: a module that names others is imported after django.setup(); the role goes on, as one does that was not forked."""
    shop.write("late.py", "import django, os\ndjango.setup()\nprint('once')\nos.environ['DJANGO_SETTINGS_MODULE'] = 'shop.gone'\nprint('to its end')\n")  # fmt: skip
    with shop.hatched() as made:
        late = shop.fork(made, "late.py", env={"DJANGO_SETTINGS_MODULE": "shop.settings"})
        assert late is not None
        assert late.popen.wait(30) == 0, late.output()
        assert late.output().split("\n")[-3:-1] == ["once", "to its end"]


def test_a_changed_source_is_not_forked(shop: Shop):
    """Claim: a setting, and a file that the settings read, are seen to have changed; a new zygote has the new ones."""
    shop.write("prices.json", "[3]")
    shop.write(
        "shop/settings.py", SETTINGS.replace("PRICE = 1", "PRICE = __import__('json').load(open('prices.json'))[0]")
    )
    for changed in ("prices.json", "shop/settings.py"):
        with shop.hatched() as made:
            assert shop.told(made, "-m", "shop.tell")["imported"]
            shop.write(changed, (shop.root / changed).read_text() + "\n")
            assert shop.fork(made, "-m", "shop.tell") is None
            assert made.stale
            assert made.why == f"{shop.root / changed} has changed since it was imported"


def test_what_asks_for_another_process_starts_cold_without_a_word(shop: Shop):
    """Claim: another program, an option of Python's, a variable of its own, green threads, an argument that only Popen knows."""
    with shop.hatched() as made:
        assert made.fork("role", ["/bin/true", "-m", "x"], log=shop.log, env=shop.env, cwd=shop.root) is None
        assert shop.fork(made, "-c", "pass") is None
        assert shop.fork(made, "-X", "utf8", "plain.py") is None
        assert shop.fork(made, "-m", "shop.tell", env={"REGION": "eu"}) is None
        assert shop.fork(made, "-m", "celery", "-A", "shop", "worker", "-P", "gevent") is None
        assert shop.fork(made, "-m", "shop.tell", umask=0o77) is None
        assert made.why == ""
        assert shop.told(made, "-m", "shop.tell")["imported"]


def test_modules_of_tasks_and_routes_are_found_once(shop: Shop):
    """Claim: what is installed is imported before a fork, what is the target's own is not; a role has none of its tasks
    that it did not import."""
    shop.write("shop/tasks.py", "import imghdr_stand_in, zipapp\n")
    shop.write("imghdr_stand_in.py", "")
    with shop.hatched() as made:
        shop.told(made, "-m", "shop.tell")
    known = json.loads(shop.modules.read_text())
    assert "zipapp" in known
    assert not {"shop.tasks", "imghdr_stand_in"} & set(known)
    shop.write("shop/has.py", "import sys\nassert 'zipapp' in sys.modules\nassert 'shop.tasks' not in sys.modules\n")
    with shop.hatched() as made:
        has = shop.fork(made, "-m", "shop.has")
        assert has is not None
        assert has.popen.wait(30) == 0, has.output()
