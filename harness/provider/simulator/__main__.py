"""`python -m harness.provider.simulator --listen 127.0.0.2:443 --ca ca.pem`: serve until SIGTERM or the end of stdin."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import click

from harness.core.errors import HarnessError
from harness.provider.simulator.answer import NOTHING
from harness.provider.simulator.answers import read
from harness.provider.simulator.server import ready_line, serving


@click.command()
@click.option(
    "--listen", default="127.0.0.2:443", show_default=True, metavar="HOST:PORT", help="Port 0 chooses a free one."
)
@click.option(
    "--ca", "ca_file", type=click.Path(path_type=Path), required=True, help="Where to write the CA certificate."
)
@click.option("--answers", "answers_file", type=click.Path(path_type=Path), help="The project's own answers.")
@click.option("--seed", default=0, show_default=True, help="Chooses among equally good answers.")
def main(listen: str, ca_file: Path, answers_file: Path | None, seed: int) -> None:
    """Serve a deterministic OpenAI, Runware and WordPress over HTTPS; prints one JSON line when ready."""
    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit():
        raise click.BadParameter(f"'{listen}' is not HOST:PORT")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        answers = NOTHING if answers_file is None else read(answers_file)
        with serving((host, int(port)), ca_file, seed=seed, answers=answers) as running:
            print(ready_line(running), flush=True)
            while sys.stdin.buffer.read(4096):
                pass
    except HarnessError as error:
        raise SystemExit(f"error[{error.code}]: {error}\nhint: {error.hint}") from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
