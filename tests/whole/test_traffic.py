"""`harness init --from-traffic` on the backend of docs/your-backend.md: what somebody presses becomes scenarios that come to green."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.whole.test_from_nothing import PATIENCE_S, written
from tests.whole.workshop import MAIN, Workshop

FOREIGN = "Token 9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b"


def press(url: str, method: str = "POST", body: object = None, headers: Mapping[str, str] = {}) -> int:
    data = None if body is None else json.dumps(body).encode()
    asked = Request(url, data, {"Content-Type": "application/json", **headers}, method=method)
    try:
        with urlopen(asked, timeout=60) as answer:
            return int(answer.status)
    except HTTPError as refused:
        return refused.code


@pytest.mark.slow
@pytest.mark.stack
@pytest.mark.timeout(PATIENCE_S)
def test_what_is_pressed_becomes_scenarios_that_are_green(tmp_path: Path, cache: Path):
    """Claim: in the order in which it was pressed, each in the rows that it met, ids as names of rows, the caller's credential added and written nowhere;
    what only reads, what a stranger asked, what names a row that is not there and what bears a password is told and is none; verify holds them afterwards."""
    backend = tmp_path / "cafe"
    backend.mkdir()
    written(backend)
    shop = Workshop(folder=backend, cache=cache)
    asked = subprocess.Popen(
        [sys.executable, "-u", "-c", MAIN, "init", "--yes", "--from-traffic", "--requests", "6"],
        cwd=backend, env=shop.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert asked.stdout is not None
    out: list[str] = []
    try:
        for line in asked.stdout:
            out.append(line)
            if line.startswith("until "):
                break
        said = "".join(out)
        assert "until 6 requests were pressed" in said, said
        (url,), (room,) = re.findall(r"press: (http://\S+),", said), re.findall(r"room: rooms\.Room (\d+)", said)
        where = f"{url}/rooms/{room}/greeting/"
        answers = [
            press(where),
            press(where, body={"room": int(room), "note": f"for {room}"}),
            press(f"{url}/rooms/7/greeting/"),
            press(where, "GET"),
            press(where, headers={"Authorization": FOREIGN}),
            press(where, body={"password": "a-Secret-0f-8-words"}),
        ]
        out += list(asked.stdout)
    finally:
        asked.kill()
        code = asked.wait()
    said = "".join(out)
    assert answers == [202, 202, 404, 405, 401, 202]
    assert code == 0, said
    for why in ("it only reads", "who asks is not known", "bears a secret", "names a row that is not there (7)"):
        assert said.count(why) == 1, said
    folder = backend / "charges" / "scenarios" / "rooms"
    first, second = (folder / f"room_greeting_{n}.py" for n in (2, 3))  # init's own search has the first name
    assert set(folder.glob("room_greeting_*.py")) == {first, second}
    assert 'post("/rooms/$room/greeting/")' in first.read_text()
    assert '"beans": 1000' in first.read_text()
    assert '{"room": "$room", "note": "for $room"}' in second.read_text()
    assert '"beans": 997' in second.read_text()
    everything = "".join(path.read_text() for path in (backend / "charges").rglob("*.*") if path.is_file() and path.suffix != ".pyc" and ".harness" not in path.parts and "runs" not in path.parts)  # fmt: skip
    assert FOREIGN.split()[1] not in everything
    assert not re.search(
        r"\b[0-9a-f]{40}\b", "".join(path.read_text() for path in folder.glob("*.py"))
    )  # a token of DRF's
    assert "a-Secret-0f-8-words" not in everything
    head = (backend / "charges" / "cassettes" / "openai" / "rooms" / "room_greeting_2.yaml").read_text()
    assert "simulated" in head
    green = shop.harness("verify", "--vary", "quick", patience_s=PATIENCE_S)
    assert (green.code, green.out.splitlines()[-1]) == (0, "PASS"), green.out + green.err
    shop.edit("rooms/tasks.py", "PRICE = 3", "PRICE = 4")
    red = shop.harness("verify", "--only", "rooms/room_greeting_3", patience_s=PATIENCE_S)
    assert red.code == 1, red.out + red.err
    assert any("4 credits charged where the golden has 3" in line for line in red.failures("rooms/room_greeting_3@manual")["golden"])  # fmt: skip
