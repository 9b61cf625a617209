"""What CI runs on a fresh clone: the README's two commands, the tests that drive whole runs, the migration, other teams' backends, every
tier beside each other, the docker tier among them where an engine can be had, that tier's own tests, and lint. Two steps at a time, for two
cores, those that take longest first, so that none is left alone at the end. Fails on any failure; stops what it started, also when it is
killed. Not here: `./dev proofs`, which takes longer than all of this; the workflow has a job for it.
"""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))

from beside import Step, main  # noqa: E402

ENGINE = ".ci/dockerd start"
DOCKER = "./dev tests -n 0 tests/stack/docker"
STEPS = [
    # Tests of the docker tier are skipped here, with their reason: they come when there is an engine, one after the other.
    Step(command="./dev tests"),
    # Every cell in every world, and the backend's own tests.
    Step(command="./dev verify --vary all --own"),
    # Every phase there and back, on one database.
    Step(command="./dev migration"),
    # Tests that drive whole runs.
    Step(command="./dev slow"),
    # Without one the docker tier is not checked, and the last lines say so.
    Step(command=ENGINE, optional=True, gives=True),
    Step(command="./dev tiers --require docker", after=ENGINE, instead="./dev tiers"),
    # Backends that other teams wrote, as they were delivered: each whole and green, its planted mistakes told.
    Step(command="./dev targets"),
    # They look at all that there is on the engine.
    Step(command=DOCKER, after=ENGINE, instead="", apart="./dev tiers --require docker"),
    Step(command="./dev lint"),
]


def engine() -> "int | None":
    """The process id of the engine of `.ci/dockerd start`."""
    file = Path(os.environ.get("IGNY8_DOCKERD_FOLDER", "/var/tmp/igny8-dockerd")) / "pid"
    try:
        pid = int(file.read_text())
        return pid if Path(f"/proc/{pid}/comm").read_text() == "dockerd\n" else None
    except (OSError, ValueError):
        return None


if __name__ == "__main__":
    os.chdir(HERE.parent)
    os.environ |= {"CI": "true", "PYTHONUNBUFFERED": "1"}
    # an engine that somebody else started is left to them
    foreign = engine()
    main(
        STEPS,
        slots=2,
        spared=engine,
        last=lambda: None if foreign else subprocess.run([".ci/dockerd", "stop"], check=False) and None,
    )
