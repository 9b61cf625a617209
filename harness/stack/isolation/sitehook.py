"""The start-up hook: copied as sitecustomize.py into a folder on PYTHONPATH, so every Python process loads it first.

Provider hosts resolve to loopback addresses of their own; connecting to one of those on a provider's port reaches the provider
fake; every other address that is not loopback is refused, by name. Addresses are remapped both on resolution and on
connection, because some clients (asyncio) resolve first and connect by number. Needs nothing but the standard library.
"""

import contextlib
import errno
import importlib.machinery
import importlib.util
import ipaddress
import json
import os
import pathlib
import socket
import sys

_settings = json.loads(os.environ["HARNESS_HOOK"])
_address_of = {host.lower(): address for host, address in _settings["hosts"].items()}
_host_at = {address: host for host, address in _address_of.items()}
_fake = ("127.0.0.1", _settings["port"])
_ports = _settings["ports"]


def _install():
    socket.getaddrinfo = _getaddrinfo
    socket.gethostbyname = lambda host: _getaddrinfo(host, 0, socket.AF_INET)[0][4][0]
    socket.gethostbyname_ex = lambda host: (host, [], [socket.gethostbyname(host)])
    for name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, name, _guarded(name, getattr(socket.socket, name)))
    # uvloop resolves and connects in C, past this hook; its users fall back to asyncio's own loop
    sys.modules.setdefault("uvloop", None)
    _mark()
    os.register_at_fork(after_in_child=_mark)


def _mark():
    """This process has the hook."""
    pathlib.Path(_settings["marks"], str(os.getpid())).touch()


_real_getaddrinfo = socket.getaddrinfo


def _getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):
    name = (host.decode("ascii", "replace") if isinstance(host, bytes) else host or "").lower().rstrip(".")
    if name in _address_of:
        if family == socket.AF_INET6:
            raise socket.gaierror(socket.EAI_NONAME, f"harness: {name} has no IPv6 address on this island")
        return _real_getaddrinfo(_address_of[name], port, socket.AF_INET, type, proto, flags & ~socket.AI_V4MAPPED)
    if name and name not in ("localhost", socket.gethostname().lower()) and _number(name) is None:
        _tell(name)
        raise socket.gaierror(socket.EAI_NONAME, _told(f"{name} is not a provider host of harness.toml"))
    return _real_getaddrinfo(host, port, family, type, proto, flags)


def _guarded(name, real):
    def call(self, *args):
        if self.family in (socket.AF_INET, socket.AF_INET6) and isinstance(args[-1], tuple):
            try:
                args = (*args[:-1], _allowed(args[-1]))
            except OSError as error:
                if name == "connect_ex":
                    return error.errno
                raise
        return real(self, *args)

    call.__name__ = name
    return call


def _allowed(address):
    host, port = address[:2]
    text = host.lower().rstrip(".")
    if text in _address_of:
        text = _address_of[text]
    if text in _host_at:
        if port not in _ports:
            there = f"{_host_at[text]} answers on port {', '.join(map(str, _ports))}, not {port}"
            raise ConnectionRefusedError(errno.ECONNREFUSED, _told(there))
        return _fake
    number = _number(text)
    if text in ("localhost", "") or (number is not None and (number.is_loopback or number.is_unspecified)):
        return address
    raise OSError(errno.ENETUNREACH, _told(f"{host}:{port} is neither loopback nor a provider host of harness.toml"))


def _number(text):
    try:
        number = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(number, "ipv4_mapped", None) or number


def _tell(name):
    """Ask the provider fake for the name, as a resolver would: it knows none, and lists what it was asked for."""
    labels = [label.encode("ascii", "replace")[:63] for label in name.split(".") if label]
    question = b"".join(bytes([len(label)]) + label for label in labels) + b"\0\0\1\0\1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking, contextlib.suppress(OSError):
        asking.sendto(b"\0\0\1\0\0\1\0\0\0\0\0\0" + question, _fake)


def _told(problem):
    message = f"harness: connection refused: {problem}"
    print(message, file=sys.stderr, flush=True)
    return message


def _load_the_next_one():
    """Run the sitecustomize that this one hides, if there is one."""
    here = pathlib.Path(__file__).resolve().parent
    elsewhere = [entry for entry in sys.path if pathlib.Path(entry).resolve() != here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", elsewhere)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


_install()
_load_the_next_one()
