"""A boot as the text of a program: what happens inside of it, and what it says."""

from __future__ import annotations

import json
from pathlib import Path

BOOT = """
try:
    with boot(isl) as stack:
        {body}
except HarnessError as error:
    say(code=error.code, message=error.message, hint=error.hint)
    return error.exit_code
return 0
"""


STATE = """say(
            kind=isl.kind, built=stack.database.built, alive=stack.alive(), roles=sorted(stack.roles), timings=stack.timings,
            things=stack.db.execute("SELECT count(*) FROM things").fetchone()[0], memory=stack.memory_bytes(),
            web=stack.base_url, run_dir=str(isl.run_dir), bytecode=sorted(map(str, Path({root!r}).rglob("*.pyc"))))"""


def boot(body: str) -> str:
    return BOOT.format(body=body)


def packs(place) -> list[Path]:
    return sorted((place.home / ".cache" / "igny8-harness" / "clusters").glob("*"))


def error(process):
    out, err = process.communicate(timeout=90)
    assert process.returncode in (2, 3), (out, err)
    told = json.loads(out.splitlines()[-1])
    assert "\n" not in told["message"] + told["hint"]
    assert "Traceback" not in err
    return told
