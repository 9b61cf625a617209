"""Everything that goes wrong with an engine is one line, a hint, a code and exit 3, with nothing left."""

from __future__ import annotations

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from harness.core.config import Config
from harness.core.errors import HarnessError, StackError
from harness.stack import docker
from harness.stack.docker import engine, settings, sweep
from harness.stack.docker.image import base, build
from tests.stack import ordinary
from tests.stack.docker.conftest import PROJECT, Way, await_no_watchdog, await_nothing, fake_of, hear

Launch = Callable[..., "subprocess.Popen[str]"]


def test_no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Claim: where nothing answers the message names the address and the hint says how to start an engine."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    with pytest.raises(StackError) as caught:
        engine.connect()
    assert caught.value.code == "docker-none"
    assert caught.value.message == f"no Docker engine answers at unix://{tmp_path}/none.sock"
    assert "systemctl start docker" in caught.value.hint


def test_the_command_says_so_in_one_line_and_ends_with_3(tmp_path: Path) -> None:
    """Claim: `harness verify --tier docker` without an engine: message, hint, code, nothing else on stderr, exit 3."""
    done = subprocess.run(
        [sys.executable, "-m", "harness", "verify", "--tier", "docker", "--only", "planner/create_tasks", "--runs", str(tmp_path)],
        env={**os.environ, "DOCKER_HOST": f"unix://{tmp_path}/none.sock"},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 3
    message, hint, code = done.stderr.splitlines()
    assert message == f"error: no Docker engine answers at unix://{tmp_path}/none.sock"
    assert hint.startswith(" hint: start one")
    assert code == " code: docker-none"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user who may not use the socket")
def test_no_permission_on_the_socket(tmp_path: Path) -> None:
    """Claim: an ordinary user before a socket of root's is told of the permission, not that there is no engine."""
    with tempfile.TemporaryDirectory(prefix="harness-test-") as folder, socket.socket(socket.AF_UNIX) as listener:
        Path(folder).chmod(0o755)
        listener.bind(f"{folder}/docker.sock")
        listener.listen()
        Path(folder, "docker.sock").chmod(0o660)
        program = (
            "import sys\nfrom harness.core.errors import HarnessError\nfrom harness.stack.docker import engine\n"
            "try:\n    engine.connect()\nexcept HarnessError as error:\n    print(error.code, '|', error.message, '|', error.hint)\n    sys.exit(error.exit_code)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={"PATH": os.environ["PATH"], "HOME": folder, "DOCKER_HOST": f"unix://{folder}/docker.sock"},
            cwd="/",
            preexec_fn=lambda: ordinary.become(12345),
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 3, done.stderr
    assert done.stdout.startswith("docker-denied | this user may not use the Docker engine at unix://")
    assert "usermod -aG docker" in done.stdout


class _Engine:
    """An engine that holds `left` and counts how many containers are being removed at the same moment."""

    def __init__(self, version: str, left: int, *, wait_s: float = 0.0) -> None:
        """`wait_s`: how long a removal waits for another one beside it."""
        self.api_version = version
        self.wait_s = wait_s
        self.timeout = 60
        self.left = [{"Id": f"c{n}"} for n in range(left)]
        self.most = self.now = 0
        self._lock = threading.Lock()
        self._met = threading.Barrier(2)

    def containers(self, **_: Any) -> list[dict[str, str]]:
        return list(self.left)

    def networks(self, **_: Any) -> list[dict[str, str]]:
        return []

    def volumes(self, **_: Any) -> dict[str, None]:
        return {"Volumes": None}

    def remove_network(self, one: str) -> None:
        raise AssertionError("there is none")

    def remove_container(self, one: str, **_: Any) -> None:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        with suppress(threading.BrokenBarrierError):
            self._met.wait(self.wait_s)
        with self._lock:
            self.now -= 1
            self.left.remove({"Id": one})


@pytest.mark.parametrize(("version", "together"), [("1.41", False), ("1.42", True), ("1.51", True)])
def test_an_old_engine_removes_one_container_at_a_time(version: str, together: bool) -> None:
    """Claim: Docker 20.10 (API 1.41) is never asked for two at once, which can lock it up for good; later ones are."""
    one = _Engine(version, left=4, wait_s=10 if together else 0.01)
    assert sweep.run(one, "run") == []
    assert (one.most > 1) == together


def test_an_engine_that_hangs_is_named(config: Config) -> None:
    """Claim: a request without an answer is not a refusal: it says how long, at what, and to start the engine again."""
    with pytest.raises(StackError) as caught, engine.speaking(_Engine("1.41", 0), "taking the stack down"):
        raise requests.ReadTimeout("read timed out")
    assert caught.value.code == "docker-gone"
    assert caught.value.message == "the Docker engine gave no answer within 60 s: taking the stack down"
    assert "start it again" in caught.value.hint


@pytest.mark.docker
def test_an_image_that_does_not_build(api: Any, config: Config) -> None:
    """Claim: the last lines of the build are shown, and neither container nor image is left."""
    below = base.choose(api, settings.read(config).base, docker_cache())
    before = len(api.containers(all=True))
    with pytest.raises(StackError) as caught:
        build._build(
            api, "igny8-harness/broken:1", f"FROM {below.name}\nRUN echo the pip says no >&2 && exit 7\n", {}, "wheels"
        )
    assert caught.value.code == "docker-build"
    assert caught.value.message == "the wheels image could not be built"
    assert "the pip says no" in caught.value.hint
    assert "7" in caught.value.hint
    assert len(api.containers(all=True)) == before
    assert not base.have(api, "igny8-harness/broken:1")


@pytest.mark.docker
def test_a_target_that_does_not_start(api: Any, config: Config) -> None:
    """Claim: a role that ends at boot is named with its exit code and last words, and everything is removed."""
    web = replace(
        config.roles["web"], command=("{python}", "-c", "print('no module named nothing'); raise SystemExit(5)")
    )
    broken = replace(config, roles={**config.roles, "web": web})
    before = everything(api)
    with pytest.raises(StackError) as caught, docker.boot(broken, fake=fake_of(config)):
        pytest.fail("it came up")
    assert caught.value.code == "role-died"
    assert caught.value.message == "web ended (exit code 5)"
    assert "no module named nothing" in caught.value.hint
    assert everything(api) == before


@pytest.mark.docker
def test_a_taken_port(api: Any, config: Config) -> None:
    """Claim: a web port that another program holds is named; it is not silently another one, and nothing is left."""
    before = everything(api)
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(StackError) as caught, docker.boot(config, fake=None, web_port=port):
            pytest.fail("it came up")
    assert caught.value.code == "port-in-use"
    assert caught.value.message.startswith(f"port {port} of 127.0.0.1 cannot be opened")
    assert everything(api) == before


@pytest.mark.docker
def test_a_role_that_dies_mid_run_is_told_from_a_dead_engine(api: Any, config: Config) -> None:
    """Claim: a container that is killed behind the harness's back is role-died, not docker-gone and not silence."""
    with (  # noqa: PT012 - what is raised inside is judged on the way out
        pytest.raises(StackError) as caught,
        docker.boot(config, fake=None, roles=False) as stack,
    ):
        database = stack.services["postgres"]
        api.kill(database.id)
        with database.changed:
            assert database.changed.wait_for(lambda: database.ended, 10)
        stack.db.execute("SELECT 1")
    assert caught.value.code == "role-died"
    assert caught.value.message == "postgres ended (killed by signal 9)"


@pytest.mark.docker
def test_an_engine_that_dies_mid_run(api: Any, launch: Launch, tmp_path: Path) -> None:
    """Claim: the run ends with docker-gone and exit 3; once the engine answers again the watchdog removes the rest.

    The engine is cut off by closing the way to it: the other tests still need it.
    """
    with tempfile.TemporaryDirectory(prefix="harness-test-") as folder:
        way = Way(Path(folder, "docker.sock"))
        process = launch(
            "say('moment'); sys.stdin.readline(); stack.db.execute('SELECT 1')",
            env={"DOCKER_HOST": way.address},
        )
        run = hear(process, "run")
        hear(process, "moment")
        way.cut()
        _, said = process.communicate("go on\n", timeout=60)
        assert process.returncode == 3, said
        assert "code: docker-gone" in said
        assert f"the Docker engine at {way.address} stopped answering during the run" in said
        assert "Traceback" not in said
        way.open()
        await_nothing(api, run)
        await_no_watchdog(run)
        way.cut()


@pytest.mark.docker
@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("dockerd"), reason="needs root and dockerd, to start a small engine"
)
def test_a_full_disk(api: Any, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claim: an engine whose disk is full is named as that, with a hint how to free space."""
    folder = Path(tempfile.mkdtemp(prefix="harness-test-"))
    (folder / "data").mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "none", str(folder / "data")], check=True)
    log = (folder / "log").open("w")
    # in a network of its own: a second engine without a bridge takes docker0 away from the first
    small = subprocess.Popen(
        ["unshare", "--net", "dockerd", "--host", f"unix://{folder}/docker.sock", "--pidfile", f"{folder}/pid", "--data-root", f"{folder}/data",
         "--exec-root", f"{folder}/exec", "--bridge", "none", "--iptables=false"],
        stdout=log, stderr=log, start_new_session=True,
    )  # fmt: skip
    try:
        monkeypatch.setenv("DOCKER_HOST", f"unix://{folder}/docker.sock")
        tiny = _when_it_answers(small)
        with pytest.raises(StackError) as caught:
            base.choose(tiny, "bootstrap", docker_cache())
        assert caught.value.code == "docker-disk"
        assert "the disk of the Docker engine is full" in caught.value.message
        assert "docker image prune" in caught.value.hint
    finally:
        small.send_signal(signal.SIGTERM)
        small.wait(30)
        log.close()
        for line in reversed(Path("/proc/mounts").read_text().splitlines()):
            if line.split()[1].startswith(f"{folder}/"):
                subprocess.run(["umount", "-l", line.split()[1]], check=False)
        shutil.rmtree(folder, ignore_errors=True)


def everything(api: Any) -> set[str]:
    """Containers, networks and volumes that the engine has."""
    networks, volumes = api.networks(), api.volumes()["Volumes"] or ()
    return {*(one["Id"] for one in (*api.containers(all=True), *networks)), *(one["Name"] for one in volumes)}


def docker_cache() -> Path:
    from harness.store import cache

    return cache.folder(PROJECT)


def _when_it_answers(process: subprocess.Popen[bytes]) -> Any:
    while process.poll() is None:
        with suppress(HarnessError):
            return engine.connect()
        select.select([], [], [], 0.05)  # between two looks
    raise AssertionError("the small engine ended")
