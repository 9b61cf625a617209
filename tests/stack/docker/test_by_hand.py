"""`harness stack --tier docker`: the same stack for hand work, in containers."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from harness.stack.docker import naming
from tests.stack.docker.conftest import await_nothing
from tests.whole import workshop

pytestmark = pytest.mark.docker


def test_a_stack_for_hand_work_in_containers(api: Any, tmp_path: Path) -> None:
    """Claim: balance over HTTP, rows over SQL, code in the shell, the worker's log, reset, and nothing left after down."""
    engine_of = {name: os.environ[name] for name in ("DOCKER_HOST",) if name in os.environ}
    shop = workshop.set_up(tmp_path / "shop", tmp_path / "cache", backend=False, **engine_of)
    try:
        # the first one builds the image
        told = shop.harness("stack", "up", "--tier", "docker", "--json", patience_s=900)
        assert told.code == 0, told.out + told.err
        document = json.loads(told.out)
        assert (document["tier"], document["isolation"]) == ("docker", "docker")
        run = next(
            one["Labels"][naming.RUN]
            for one in api.containers(filters={"label": naming.RUN})
            if json.loads(one["Labels"][naming.OWNER])[2] == document["pid"]
        )
        token = document["customers"][0]["tokens"]["owner"]
        answer = requests.get(
            f"{document['backend']}/api/v1/billing/credits/balance/", headers={"Authorization": f"Bearer {token}"}, timeout=30
        )  # fmt: skip
        assert answer.json()["data"] == {"credits": 500}
        with psycopg.connect(document["database"]) as db:
            db.execute("UPDATE igny8_accounts SET credits = 1")
        back = json.loads(shop.harness("stack", "reset", "--json").out)
        assert [customer["credits"] for customer in back["customers"]] == [500, 77]
        told = shop.harness("stack", "shell", "--", "-c", "import sys; print(6 * 7); sys.exit(3)")
        assert (told.code, told.out.splitlines()[-1]) == (3, "42"), told.out + told.err
        assert " ready." in shop.harness("stack", "logs", "worker").out
    finally:
        told = shop.harness("stack", "down")
    assert (told.code, told.out) == (0, "the stack 'default' is down\n")
    assert not (shop.folder / ".harness" / "stacks").exists()
    assert await_nothing(api, run) >= 0
