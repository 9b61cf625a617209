"""The island: alone with its own network or guarded by the hook, for root and for ordinary users."""

from __future__ import annotations

import json
import os
import signal

import pytest

from harness.core.errors import HarnessError
from harness.stack.isolation import island
from tests.stack import ordinary

WAYS = {
    "namespace": {"mode": "namespace"},
    "namespace, ordinary user": {"mode": "namespace", "user": ordinary.NAMELESS},
    "hook": {"mode": "hook"},
    "hook, ordinary user": {"mode": "hook", "user": ordinary.NAMED},
}
way = pytest.mark.parametrize("way", WAYS)


def facts(process, *, code=0):
    out, err = process.communicate(timeout=60)
    assert process.returncode == code, (out, err)
    return [json.loads(line) for line in out.splitlines()]


@way
def test_main_runs_inside_and_its_exit_code_comes_out(launch, place, way):
    """Claim: main gets a fresh, writable run folder that is gone afterwards, and run returns what main returns."""
    process = launch(
        """
        (isl.run_dir / "file").write_text("x")
        say(kind=isl.kind, run_dir=str(isl.run_dir), names=os.listdir(isl.run_dir), uid=os.getuid(), why=isl.why)
        return 7
        """,
        **WAYS[way],
    )
    (seen,) = facts(process, code=7)
    assert seen["kind"] == WAYS[way]["mode"]
    assert set(seen["names"]) <= {"file", "etc", "lock"}
    assert not os.path.exists(seen["run_dir"])  # noqa: PTH110 (a path of the island, not of here)
    assert place.leftovers() == []
    if "user" in way:
        assert seen["uid"] != 0


@pytest.mark.parametrize("user", [0, ordinary.NAMELESS])
def test_inside_namespaces_only_provider_hosts_resolve_and_nothing_outside_answers(launch, user):
    """Claim: a provider host is loopback, any other name does not resolve, and no outside address is reachable."""
    process = launch(
        """
        def attempt(call):
            try:
                return str(call())
            except OSError as error:
                return type(error).__name__ + " " + str(error.errno)
        say(
            provider=attempt(lambda: socket.getaddrinfo("api.openai.com", 443)[0][4]),
            other=attempt(lambda: socket.getaddrinfo("example.com", 443)),
            v4=attempt(lambda: socket.create_connection(("192.0.2.1", 80), 5)),
            v6=attempt(lambda: socket.create_connection(("2001:db8::1", 80), 5)),
            interfaces=[name for _, name in socket.if_nameindex()],
            localhost=attempt(lambda: socket.gethostbyname("localhost")),
        )
        # a program started from here may listen where HTTPS lives, without any capability
        code = "import socket; socket.create_server(('127.0.0.1', 443)); print('listens')"
        say(low=subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout)
        return 0
        """,
        mode="namespace",
        user=user,
    )
    seen, low = facts(process)
    assert seen["provider"] == "('127.0.0.1', 443)"
    assert seen["other"].startswith("gaierror")
    assert seen["v4"] == "OSError 101"
    assert seen["v6"].startswith("OSError")
    assert seen["interfaces"] == ["lo"]
    assert seen["localhost"] == "127.0.0.1"
    assert low["low"] == "listens\n"


def test_low_ports_work_where_the_kernels_settings_are_read_only(launch):
    """Claim: an ordinary user's programs listen on 443 inside also when /proc/sys cannot be written (containers)."""
    first = """
from harness.stack.isolation import namespace
from pathlib import Path as Real
class ReadOnly(type(Real())):
    def write_text(self, *args, **named):
        if str(self).startswith("/proc/sys/"):
            raise OSError(30, "Read-only file system")
        return super().write_text(*args, **named)
namespace.Path = ReadOnly
"""
    process = launch(
        """
        code = "import socket; socket.create_server(('127.0.0.1', 443)); print('listens')"
        say(low=subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout)
        return 0
        """,
        mode="namespace",
        user=ordinary.NAMELESS,
        first=first,
    )
    assert facts(process) == [{"low": "listens\n"}]


def test_nothing_of_the_outside_is_changed_by_the_mounts_inside(launch):
    """Claim: mounts made inside are not seen outside, while main runs."""
    with open("/proc/self/mountinfo") as file:  # noqa: PTH123 (a file of the kernel)
        before = file.read()
    process = launch("say(up=True); time.sleep(60)", mode="namespace")
    process.stdout.readline()
    with open("/proc/self/mountinfo") as file:  # noqa: PTH123
        assert file.read() == before
    process.terminate()
    assert process.wait(30) == 128 + signal.SIGTERM


@way
def test_ctrl_c_interrupts_main_once_and_exits_130(launch, place, way):
    """Claim: SIGINT to the whole foreground group reaches main as one KeyboardInterrupt; the exit code is 130."""
    process = launch(
        """
        try:
            say(up=True)
            time.sleep(60)
        except KeyboardInterrupt:
            say(interrupted=True)
            raise
        """,
        **WAYS[way],
    )
    process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    assert facts(process, code=130) == [{"interrupted": True}]
    assert place.leftovers() == []


@pytest.mark.parametrize("mode", ["namespace", "hook"])
def test_nohup_is_respected(launch, mode):
    """Claim: a run that was started to ignore SIGHUP goes on after one."""
    first = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    process = launch("say(up=True); os.read(0, 1); return 5", mode=mode, first=first)
    process.stdout.readline()
    os.killpg(process.pid, signal.SIGHUP)
    process.stdin.close()
    assert process.wait(30) == 5
    process.stdin = None


def test_an_exception_of_main_is_shown_and_is_exit_code_1(launch):
    """Claim: a defect inside is never an exit code of 0."""
    process = launch("raise ValueError('a defect')", mode="namespace")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "ValueError: a defect" in err


REFUSE = """
from harness.stack.isolation import linux
def refuse(flags):
    raise OSError(1, "unshare: Operation not permitted")
linux.unshare = refuse
"""


def test_refused_namespaces_fall_back_to_the_hook_and_say_why(launch):
    """Claim: mode auto goes on with the hook and names the refusal."""
    (seen,) = facts(launch("say(kind=isl.kind, why=isl.why); return 0", first=REFUSE))
    assert seen["kind"] == "hook"
    assert seen["why"].endswith("(namespaces refused: unshare: Operation not permitted)")


def test_refused_namespaces_that_were_asked_for_are_an_error(launch):
    """Claim: mode namespace never goes on with less."""
    (seen,) = facts(launch("return 0", first=REFUSE, mode="namespace"), code=3)
    assert seen["code"] == "island-refused"
    assert "unshare: Operation not permitted" in seen["message"]


def test_an_unknown_mode_is_refused():
    """Claim: a misspelt mode is an error with the nearest one."""
    with pytest.raises(HarnessError) as caught:
        island.run(lambda isl: 0, mode="namespaces")
    assert (caught.value.code, caught.value.hint) == ("island-mode", "did you mean 'namespace'?")


@pytest.mark.parametrize("user", [0, ordinary.NAMELESS])
def test_the_hook_remaps_providers_and_refuses_the_rest_by_name(launch, place, user):
    """Claim: under the hook a provider host reaches the fake's port; other names and addresses are refused and named."""
    script = place.folder / "client.py"
    script.write_text(
        """
import asyncio, socket
def attempt(call):
    try:
        return call()
    except OSError as error:
        return f"{type(error).__name__}: {error}"
def read(sock):
    with sock:
        return sock.recv(100).decode()
async def loop():
    reader, writer = await asyncio.open_connection("api.runware.ai", 443)
    line = await reader.readline()
    writer.close()
    return line.decode()
print(repr(attempt(lambda: read(socket.create_connection(("api.openai.com", 443), 5)))))
print(repr(asyncio.run(loop())))
print(attempt(lambda: socket.create_connection(("api.openai.com", 80), 5)))
print(attempt(lambda: socket.create_connection(("example.com", 443), 5)))
print(attempt(lambda: socket.create_connection(("192.0.2.1", 443), 5)))
print(attempt(lambda: socket.create_connection(("2001:db8::1", 443), 5)))
print(socket.socket().connect_ex(("192.0.2.1", 443)))
print(attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53))))
try:
    import uvloop
except ImportError:
    print("no uvloop")
import chained
"""
    )
    (place.folder / "sitecustomize.py").write_text("import sys; sys.modules['chained'] = sys; print('chained')")
    process = launch(
        f"""
        from harness.stack.isolation import hook
        server = socket.create_server(("127.0.0.1", 0))
        env = hook.environment(isl.run_dir, isl.hosts, server.getsockname()[1])
        env["PYTHONPATH"] += os.pathsep + {str(place.folder)!r}
        client = subprocess.Popen([sys.executable, {str(script)!r}], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2):
            connection, _ = server.accept()
            connection.sendall(b"the fake\\n")
            connection.close()
        out, err = client.communicate()
        say(out=out.splitlines(), err=err, loaded=hook.loaded_in(isl.run_dir, client.pid))
        return client.returncode
        """,
        mode="hook",
        user=user,
    )
    (seen,) = facts(process)
    out = seen["out"]
    assert out[:3] == ["chained", "'the fake\\n'", "'the fake\\n'"]
    assert "api.openai.com answers on port 443, not 80" in out[3]
    assert "example.com is not a provider host of harness.toml" in out[4]
    assert "192.0.2.1:443 is neither loopback nor a provider host" in out[5]
    assert "2001:db8::1:443 is neither loopback nor a provider host" in out[6]
    assert out[7] == "101"
    assert "192.0.2.1:53 is neither loopback" in out[8]
    assert out[9] == "no uvloop"
    assert "192.0.2.1:443" in seen["err"]
    assert seen["loaded"]


CALLERS = {"PGHOST": "example.org", "PGOPTIONS": "-c search_path=nope", "PGSERVICE": "nope", "HTTPS_PROXY": "http://127.0.0.1:9",
           "all_proxy": "http://127.0.0.1:9", "REQUESTS_CA_BUNDLE": "/nope"}  # fmt: skip


@way
def test_the_callers_shell_has_no_say(launch, way):
    """Claim: nothing leads a client of PostgreSQL or HTTP elsewhere, and what is made can be read by the user that PostgreSQL runs as."""
    process = launch(
        """
        (isl.run_dir / "file").touch()
        (isl.run_dir / "below").mkdir()
        modes = [oct((isl.run_dir / name).stat().st_mode & 0o777) for name in ("file", "below")]
        say(modes=modes, folder=isl.run_dir.stat().st_mode & 0o011, env=sorted(os.environ), tools=bool(os.environ["PATH"]))
        return 0
        """,
        first="os.umask(0o077)",
        env=CALLERS,
        **WAYS[way],
    )
    (seen,) = facts(process)
    assert (seen["modes"], seen["folder"], seen["tools"]) == (["0o644", "0o755"], 0o011, True)
    assert not set(seen["env"]) & set(CALLERS)
