"""A program of a target that tries what nothing of a target may: `python trying.py JOB.json` prints {what was tried: what was reached, "" for nothing}.

What it tries must harm nothing where it is let: it runs on the machines of developers, and is let there when a wall has a hole. So files are taken
away again, a process is looked at and never stopped, a name is set to what it is, and nothing that was mounted is unmounted. Standard library only.
JOB: {"secret", "mark", "root", "outside", "own", "keys", "sockets", "abstract", "port", "pids"}: a text that only others have, one that the target's
processes have, the target's tree, folders of the machine and those that only seem to be, files with keys, sockets that others listen on, a port of the
machine, processes that are others'.
"""

import contextlib
import ctypes
import errno
import glob
import json
import os
import socket
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
NEWNS, NEWUSER, NEWPID = 0x00020000, 0x10000000, 0x20000000
PTRACE_SEIZE = 0x4206


def main(job):
    told = {}
    for name, attempt in TRIED.items():
        reached = []
        for what, call in attempt(job):
            with contextlib.suppress(OSError, ValueError):
                if call():
                    reached.append(str(what))
        told[name] = ", ".join(reached)
    print(json.dumps(told))


def _written(job):
    """Files outside of the run's folder, and the tree's own."""
    for folder in [*job["outside"], job["root"], "/etc", "/usr", "/opt", "/var/lib", "/root", "/home", "/"]:
        path = os.path.join(folder, "made-by-a-target")
        yield path, lambda path=path: _made(path, job)
    source = os.path.join(job["root"], "trying.py")
    yield source, lambda: os.open(source, os.O_RDWR)
    for path in (
        "/proc/sys/kernel/core_pattern",
        "/proc/sys/kernel/hostname",
        "/proc/sysrq-trigger",
        "/proc/sys/vm/swappiness",
        "/sys/power/state",
    ):
        yield path, lambda path=path: os.open(path, os.O_WRONLY)


def _made(path, job):
    """What is made where others see nothing of it is not outside."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    os.unlink(path)
    return not any(path.startswith(own) for own in job["own"])


def _read(job):
    """Keys: of the harness's user, of the machine's, whatever lies about."""
    homes = [key for home in ("/root", "/home/*") for key in glob.glob(home + "/.[a-z]*")]
    homes = [key for key in homes if not sys.base_prefix.startswith(key + os.sep)]  # the interpreter may stand in one
    for path in [*job["keys"], "/etc/shadow", *homes]:
        yield path, lambda path=path: bool(_text(path)) if os.path.isfile(path) else bool(os.listdir(path))


def _text(path):
    with open(path, "rb") as file:
        return file.read()


def _environment(job):
    """Its own environment, and what can be read of others'."""
    yield "its own", lambda: job["secret"] in repr(dict(os.environ))
    for pid in _others(job):
        for part in ("environ", "cmdline", "maps"):
            where = f"/proc/{pid}/{part}"
            yield (
                where,
                lambda where=where: job["secret"].encode() in _text(where) or (where.endswith("maps") and _text(where)),
            )
        yield f"memory of {pid}", lambda pid=pid: os.open(f"/proc/{pid}/mem", os.O_RDONLY)
        yield f"folder of {pid}", lambda pid=pid: os.listdir(os.path.join("/proc", str(pid), "root"))
        yield (
            f"descriptors of {pid}",
            lambda pid=pid: any(os.readlink(f"/proc/{pid}/fd/{one}") for one in os.listdir(f"/proc/{pid}/fd")),
        )


def _others(job):
    """Processes that are neither this one nor the target's: those of the harness, and the first one that is there."""
    return sorted({1, *job["pids"]} - {os.getpid(), os.getppid()})


def _seen(job):
    """Processes in /proc that are nobody's here: neither this one, nor the first, nor one that the target has begun."""
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) not in (1, os.getpid(), os.getppid()):
            yield name, lambda name=name: _is_strange(name, job)


def _is_strange(pid, job):
    """Not one that ends while it is looked at: the target's own come and go."""
    try:
        return job["mark"].encode() not in _text(f"/proc/{pid}/environ") and not _has_ended(pid)
    except (FileNotFoundError, ProcessLookupError):
        return False
    except OSError:
        return True


def _has_ended(pid):
    return _text(f"/proc/{pid}/stat").rpartition(b") ")[2][:1] in (b"Z", b"X")


def _signals(job):
    for pid in _others(job):
        # behind a wall the first is its own, which nothing of it can end
        yield pid, lambda pid=pid: (pid != 1 or os.getuid() == 0) and os.kill(pid, 0) is None


def _traced(job):
    for pid in _others(job):
        # whoever traces and ends lets go of it: it is never stopped
        yield pid, lambda pid=pid: _in_child(lambda: LIBC.ptrace(PTRACE_SEIZE, pid, None, None) == 0)


def _sockets(job):
    found = [path for where in ("/run", "/var/run", "/tmp", "/var/tmp", "/dev/shm") for path in _below(where)]
    for path in [*job["sockets"], *found, *("\0" + name for name in job["abstract"])]:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            yield path.replace("\0", "@"), lambda path=path, kind=kind: _connects(socket.AF_UNIX, kind, path)


def _below(folder):
    for here, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                if os.stat(os.path.join(here, name)).st_mode & 0o170000 == 0o140000:
                    yield os.path.join(here, name)


def _connects(family, kind, address):
    with socket.socket(family, kind) as one:
        one.settimeout(2)
        one.connect(address)
        return True


def _networks(job):
    yield "a port of the machine", lambda: _connects(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", job["port"]))
    yield "the same, past Python's sockets", lambda: _plain(job["port"])
    yield "an address outside", lambda: _connects(socket.AF_INET, socket.SOCK_DGRAM, ("192.0.2.1", 53))
    yield "raw sockets", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    yield "another interface", lambda: [name for _, name in socket.if_nameindex() if name != "lo"]


def _plain(port):
    handle = LIBC.socket(socket.AF_INET, socket.SOCK_STREAM, 0)
    address = (
        socket.AF_INET.to_bytes(2, sys.byteorder) + port.to_bytes(2, "big") + socket.inet_aton("127.0.0.1") + bytes(8)
    )
    return LIBC.connect(handle, address, 16) == 0


def _mounts(job):
    place = os.path.join(os.environ["TMPDIR"], "mounted")
    os.makedirs(place, exist_ok=True)
    yield (
        "a mount",
        lambda: LIBC.mount(b"none", place.encode(), b"tmpfs", 0, None) == 0 and LIBC.umount2(place.encode(), 0) == 0,
    )
    yield "the tree, to be written", lambda: LIBC.mount(b"none", job["root"].encode(), None, 32 | 4096, None) == 0
    # of a folder that is no mount: who may take mounts away is told that, and others that they may not
    yield "a mount taken away", lambda: LIBC.umount2(place.encode(), 0) != 0 and ctypes.get_errno() != errno.EPERM
    for name, flags in (("mounts", NEWNS), ("processes", NEWPID)):
        yield f"a namespace of {name}", lambda flags=flags: _in_child(lambda: LIBC.unshare(flags) == 0)
    yield "the tree, from a namespace of users", lambda: _in_child(lambda: _remounted(job["root"]))
    yield "the namespaces of others", lambda: any(_joins(pid) for pid in _others(job))


def _remounted(root):
    """The tree made writable where it is not, by whoever may mount in a namespace of its own."""
    path = os.path.join(root, "made-by-a-target")
    if os.access(root, os.W_OK) or LIBC.unshare(NEWUSER | NEWNS):
        return False
    LIBC.mount(b"none", root.encode(), None, 32 | 4096, None)
    LIBC.umount2(root.encode(), 2)
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT))
    except OSError:
        return False
    os.unlink(path)
    return True


def _joins(pid):
    with contextlib.suppress(OSError), open(f"/proc/{pid}/ns/mnt", "rb") as space:
        return _in_child(lambda: LIBC.setns(space.fileno(), 0) == 0)
    return False


def _in_child(call):
    pid = os.fork()
    if not pid:
        os._exit(0 if call() else 1)
    return os.waitpid(pid, 0)[1] == 0


def _devices(job):
    for path in (
        *glob.glob("/dev/[sv]d*"),
        *glob.glob("/dev/nvme*"),
        "/dev/mem",
        "/dev/port",
        "/dev/kmsg",
        "/dev/kvm",
        "/dev/fuse",
        "/dev/net/tun",
    ):
        yield path, lambda path=path: os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)) is None
    made = os.path.join(os.environ["TMPDIR"], "device")
    yield "one that it makes", lambda: os.mknod(made, 0o020600, os.makedev(1, 1)) is None and os.unlink(made) is None


def _powers(job):
    status = dict(line.split(":", 1) for line in _text("/proc/self/status").decode().splitlines())
    for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        yield name, lambda name=name: int(status[name], 16)
    yield "root's id", lambda: 0 in os.getresuid() or 0 in os.getresgid()
    yield "root's groups", lambda: 0 in os.getgroups()
    yield "new privileges", lambda: int(status["NoNewPrivs"]) == 0
    yield "a lower nice", lambda: os.nice(-5) < 0
    yield "a name of the machine", lambda: _named(os.uname().nodename.encode())


def _named(name):
    return LIBC.sethostname(name, len(name)) == 0


def _bounding(job):
    """What a program that has rights of its own could get, if new privileges were to be had."""
    status = _text("/proc/self/status").decode()
    yield "CapBnd", lambda: int(status.partition("CapBnd:")[2].split()[0], 16)


def _shared(job):
    """Memory and semaphores that others share, and keys of the session."""
    yield "System V segments", lambda: len(_text("/proc/sysvipc/shm").splitlines()) > 1
    yield (
        "files in /dev/shm",
        lambda: [one for one in os.listdir("/dev/shm") if one not in ("harness",) and not one.startswith("sem.")],
    )


TRIED = {
    "files written": _written,
    "keys read": _read,
    "environments and memory": _environment,
    "processes seen": _seen,
    "signals": _signals,
    "traced": _traced,
    "unix sockets": _sockets,
    "networks": _networks,
    "devices": _devices,
    "rights": _powers,
    "bounding set": _bounding,
    "shared memory": _shared,
    "mounts and namespaces": _mounts,
}

if __name__ == "__main__":
    main(json.loads(_text(sys.argv[1])))
