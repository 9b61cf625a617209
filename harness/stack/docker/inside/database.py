"""`python -m harness.stack.docker.inside.database --pack FILE [--keep FILE] [--ids ranges] [-- MIGRATE...]`: PostgreSQL in memory.

FILE exists: it is unpacked and served. Else the database is made: initdb, the target's migrations, the snapshot; with
--keep it is packed to that file and the program ends, without it is served.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from harness.core.errors import StackError
from harness.stack.database import pack, postgres

DATA = Path("/data/pgdata")


def main(arguments: list[str]) -> int:
    options, _, migrate = _parted(arguments)
    source = Path(options["--pack"])
    keep = options.get("--keep")
    found = postgres.find(DATA.parent)
    try:
        if source.is_file() and not keep:
            pack.unpack(source, DATA)
        else:
            _make(found, migrate, id_ranges=options.get("--ids") == "ranges")
            if keep:
                pack.write(DATA, Path(keep))
                return 0
    except StackError as error:
        print(f"error: {error.message}\n hint: {error.hint}\n code: {error.code}", flush=True)
        return error.exit_code
    _serve(found)
    return 1


def _parted(words: list[str]) -> tuple[dict[str, str], str, list[str]]:
    end = words.index("--") if "--" in words else len(words)
    own = words[:end]
    return dict(zip(own[::2], own[1::2], strict=True)), "--", words[end + 1 :]


def _make(found: postgres.Postgres, migrate: list[str], *, id_ranges: bool) -> None:
    def run(alias: str) -> None:
        environment = {**os.environ, "DB_HOST": "127.0.0.1"}
        code = subprocess.run(migrate, env=environment, check=False).returncode
        if code:
            raise StackError(
                f"the target's migrations failed (exit code {code})",
                hint="its last words stand above",
                code="migrate-failed",
            )

    from harness.stack.database import cluster  # only whoever makes a database needs what makes it

    log, databases = Path("/tmp/postgres.log"), ("default",)
    cluster.build(found, DATA, log, 5432, "", run, databases=databases, root=Path.cwd(), id_ranges=id_ranges)


def _serve(found: postgres.Postgres) -> None:
    hba = DATA.with_name("pg_hba.conf")
    # whoever reaches the port is in the network of this stack, which nobody else is
    hba.write_text("local all all trust\nhost all all all trust\n")
    settings = postgres._SETTINGS | {
        "listen_addresses": "*",
        "port": "5432",
        "unix_socket_directories": "/tmp",
        "hba_file": os.fspath(hba),
    }
    program = os.fspath(found.bin / "postgres")
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    sys.stdout.flush()
    os.execv(program, [program, "-D", os.fspath(DATA), *words])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
