"""`python3 -I -S after.py COMMAND...`: run COMMAND once the stack's database and broker accept.

So that a role's container starts beside theirs and not after. Only what Python has loaded anyway is imported: this
costs a role some 20 ms.
"""

import os
import socket
import struct
import sys
import time

_STEP_S = 0.01
_GIVE_UP_S = 60.0


def main() -> None:
    deadline = time.monotonic() + _GIVE_UP_S
    for accepts in (_broker, _database):
        while not accepts():
            if time.monotonic() > deadline:
                print("the stack's database or broker did not accept within 60 s", flush=True)
                sys.exit(1)
            time.sleep(_STEP_S)  # between two looks
    os.execvp(sys.argv[1], sys.argv[1:])


def _broker() -> bool:
    return _asked("valkey", 6379, b"PING\r\n").startswith(b"+PONG")


def _database() -> bool:
    """A server that is still starting answers a start-up message with an error."""
    words = b"user\0app_owner\0database\0postgres\0\0"
    return _asked("postgres", 5432, struct.pack(">II", len(words) + 8, 3 << 16) + words).startswith(b"R")


def _asked(host: str, port: int, words: bytes) -> bytes:
    try:
        with socket.create_connection((host, port), 5) as sock:
            sock.sendall(words)
            return sock.recv(64)
    except OSError:
        return b""


if __name__ == "__main__":
    main()
