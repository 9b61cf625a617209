"""Messages are what the target's own Celery app sends, with what its tasks say of themselves."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.stack.roles import sender

APP = """
from celery import Celery
app = Celery("shop", broker="filesystem://", broker_transport_options={"data_folder_out": "out", "data_folder_in": "out", "control_folder": "control"})
app.conf.task_default_queue = "usual"
app.autodiscover_tasks(["orders"])
"""
TASKS = """
from celery import shared_task
@shared_task(name="orders.ship", queue="express", priority=7)
def ship(number): ...
"""


class Shell:
    """A shell of the target that has loaded nothing of it but what it is asked to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def call(self, code: str, timeout_s: float = 60) -> Mapping[str, Any]:
        words = [sys.executable, "-c", f"{code}\nprint(result)"]
        done = subprocess.run(words, cwd=self.folder, capture_output=True, text=True, timeout=timeout_s, check=False)
        return {"ok": not done.returncode, "value": done.stdout.strip(), "error": "Failed", "message": done.stderr}


def sent(folder: Path, name: str) -> Mapping[str, Any]:
    """The message that sending makes."""
    (folder / "out").mkdir()
    (folder / "control").mkdir()
    (folder / "shop.py").write_text(APP)
    (folder / "orders").mkdir()
    (folder / "orders" / "__init__.py").touch()
    (folder / "orders" / "tasks.py").write_text(TASKS)
    assert sender.send(Shell(folder), "shop", name, [5])
    (message,) = (folder / "out").iterdir()
    found: Mapping[str, Any] = json.loads(message.read_text())
    return found


def test_a_task_brings_its_own_queue_and_priority_though_nobody_had_imported_it(tmp_path):
    """Claim: the tasks that the app discovers are there before one is sent, as they are in beat."""
    properties = sent(tmp_path, "orders.ship")["properties"]
    assert (properties["delivery_info"]["routing_key"], properties["priority"]) == ("express", 7)


def test_a_task_that_the_app_does_not_have_goes_to_its_usual_queue(tmp_path):
    properties = sent(tmp_path, "elsewhere.do")["properties"]
    assert properties["delivery_info"]["routing_key"] == "usual"
