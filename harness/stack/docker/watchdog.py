"""`python -m harness.stack.docker.watchdog RUN FOLDER`: waits on a pipe from the harness, and cleans up if that is killed.

A session of its own: neither Ctrl-C nor a closed terminal reaches it. Word "done" on the pipe: all is gone already.
End of the pipe without it: the harness was killed, and whatever carries the run's label is removed, and FOLDER too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from harness.stack.docker import naming

DONE = b"done"
INTERRUPTED_WAIT_S = 10.0
ENGINE_PATIENCE_S = 120.0
"""How long an engine that does not answer is asked again."""


@contextmanager
def watching(run: str, folder: Path, environment: Mapping[str, str]) -> Iterator[Callable[[], None]]:
    """While the context lasts a watchdog waits. Call what is yielded once all is gone; else leaving lets it clean up.

    `environment` tells it which engine (harness.stack.docker.engine.pinned).
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "harness.stack.docker.watchdog", run, os.fspath(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, **environment},
        cwd="/",
    )
    pipe = process.stdin
    assert pipe is not None

    def done() -> None:
        with suppress(OSError):
            pipe.write(DONE)
            pipe.close()
        process.wait()

    try:
        yield done
    except Exception:
        raise
    except BaseException:
        # an interrupt may have cut the clean-up short: the watchdog ends it, and is waited for
        with suppress(OSError):
            pipe.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(INTERRUPTED_WAIT_S)
        raise
    finally:
        with suppress(OSError):
            pipe.close()


def main(run: str, folder: Path) -> int:
    said = b""
    while piece := os.read(0, 64):
        said += piece
    if said == DONE:
        return 0
    _sweep(run)
    if folder.name.startswith(naming.PREFIX):
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _sweep(run: str) -> None:
    from harness.core.errors import HarnessError
    from harness.stack.docker import engine, sweep

    deadline = time.monotonic() + ENGINE_PATIENCE_S
    while time.monotonic() < deadline:
        with suppress(HarnessError), engine.speaking(api := engine.connect(), "sweeping"):
            if not sweep.run(api, run, looks=3):
                return
        time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
