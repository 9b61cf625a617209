"""`python -m harness.stack.docker.inside.pipe FD... -- COMMAND...`: run COMMAND with its FDs being this standard output.

What the command prints goes to standard error instead, so that the two streams of a container carry a pipe and a log.
"""

from __future__ import annotations

import os
import sys


def main(words: list[str]) -> None:
    end = words.index("--")
    command = words[end + 1 :]
    for number in words[:end]:
        os.dup2(1, int(number), inheritable=True)
    os.dup2(2, 1, inheritable=True)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
