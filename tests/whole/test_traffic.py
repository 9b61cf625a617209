"""`harness init --from-traffic` on the backend of docs/your-backend.md: what somebody presses becomes scenarios that come to green."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import requests

from tests import signals
from tests.whole.test_from_nothing import PATIENCE_S, written
from tests.whole.workshop import MAIN, Workshop

TAGS = """

class Tag(models.Model):
    name = models.CharField(max_length=40)


class Tagged(models.Model):
    room = models.ForeignKey(Room, on_delete=models.CASCADE)
    note = models.TextField()
    tags = models.ManyToManyField(Tag)
"""
TAGGED = """from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rooms", "0001_initial")]
    operations = [
        migrations.CreateModel(name="Tag", fields=[("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=40))]),
        migrations.CreateModel(
            name="Tagged",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("room", models.ForeignKey(on_delete=models.CASCADE, to="rooms.room")),
                ("note", models.TextField()),
                ("tags", models.ManyToManyField(to="rooms.tag")),
            ],
        ),
    ]
"""
TAGGING = """
from django.db import transaction


class Tagging(APIView):
    def post(self, request, pk):
        room = get_object_or_404(Room, pk=pk, owner=request.user)
        before = sum(one.tags.count() for one in room.tagged_set.all())
        lines = request.FILES["list"].read().decode().splitlines() if request.FILES else request.POST.getlist("tag")
        if not lines:
            return Response({"detail": "no form"}, status=400)
        with transaction.atomic():
            self.tag(room, request.POST.get("note", ""), lines)
        return Response({"before": before})

    def tag(self, room, note, lines):
        made = room.tagged_set.create(note=note)
        made.tags.set([made.tags.model.objects.create(name=line) for line in lines])
        room.beans -= len(lines)
        room.save()
        room.beanmove_set.create(amount=-len(lines), reason="tags")
"""
"""A room is tagged by a form, or by a list that is uploaded: a bean for each tag."""
FOREIGN = "Token 9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b"


def press(url: str, method: str = "POST", body: object = None, headers: Mapping[str, str] = {}) -> int:
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    asked = Request(url, data, {"Content-Type": "application/json", **headers}, method=method)
    try:
        with urlopen(asked, timeout=60) as answer:
            return int(answer.status)
    except HTTPError as refused:
        return refused.code


def sent(**how: Any) -> dict[str, Any]:
    """What `requests` makes of a form or an upload, as `press` takes it."""
    made = requests.Request("POST", "http://cafe", **how).prepare()
    body = made.body if isinstance(made.body, bytes) else str(made.body).encode()
    return {"body": body, "headers": {"Content-Type": made.headers["Content-Type"]}}


@pytest.mark.slow
@pytest.mark.stack
@pytest.mark.timeout(PATIENCE_S)
def test_what_is_pressed_becomes_scenarios_that_are_green(tmp_path: Path, cache: Path):
    """Claim: in the order in which it was pressed, each in the rows that it met, ids as names of rows, the caller's credential added and written nowhere;
    a form and an upload are forms and uploads, and pairs of many-to-many tables are rows; what only reads, what a stranger asked, what names a row that
    is not there and what bears a password is told and is none; Ctrl-C ends the pressing and nothing else; verify holds them afterwards."""
    backend = tmp_path / "cafe"
    backend.mkdir()
    written(backend)
    with (backend / "rooms" / "models.py").open("a") as models, (backend / "rooms" / "views.py").open("a") as views:
        models.write(TAGS)
        views.write(TAGGING)
    (backend / "rooms" / "migrations" / "0002_tags.py").write_text(TAGGED)
    shop = Workshop(folder=backend, cache=cache)
    shop.edit("cafe/urls.py", "import Greeting", "import Greeting, Tagging")
    shop.edit(
        "cafe/urls.py", "Greeting.as_view())]", 'Greeting.as_view()), path("rooms/<int:pk>/tags/", Tagging.as_view())]'
    )
    asked = subprocess.Popen(
        [sys.executable, "-u", "-c", MAIN, "init", "--yes", "--from-traffic"], start_new_session=True, preexec_fn=signals.usual,
        cwd=backend, env=shop.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert asked.stdout is not None
    out: list[str] = []
    try:
        for line in asked.stdout:
            out.append(line)
            if line.startswith("until "):
                break
        said = "".join(out)
        assert "until Enter, Ctrl-C, or the end of the input" in said, said
        (url,), (room,) = re.findall(r"press: (http://\S+),", said), re.findall(r"room: rooms\.Room (\d+)", said)
        where = f"{url}/rooms/{room}/greeting/"
        answers = [
            press(where),
            press(where, body={"room": int(room), "note": f"for {room}"}),
            press(f"{url}/rooms/7/greeting/"),
            press(where, "GET"),
            press(where, headers={"Authorization": FOREIGN}),
            press(where, body={"password": "a-Secret-0f-8-words"}),
            press(f"{url}/rooms/{room}/tags/", **sent(data={"tag": ["warm", "quiet"], "note": "two & two"})),
            press(f"{url}/rooms/{room}/tags/", **sent(files={"list": ("tags.txt", "new\r\n", "text/plain")})),
        ]
        os.killpg(asked.pid, signal.SIGINT)  # as a terminal does
        out += list(asked.stdout)
    finally:
        asked.kill()
        code = asked.wait()
    said = "".join(out)
    assert answers == [202, 202, 404, 405, 401, 202, 200, 200], said
    assert code == 0, said
    assert "8 requests pressed" in said
    assert "not green" not in said, said
    for why in ("it only reads", "who asks is not known", "bears a secret", "names a row that is not there (7)"):
        assert said.count(why) == 1, said
    folder = backend / "charges" / "scenarios" / "rooms"
    first, second = (folder / f"room_greeting_{n}.py" for n in (2, 3))  # init's own search has the first name
    assert set(folder.glob("room_greeting_*.py")) == {first, second}
    assert 'post("/rooms/$room/greeting/")' in first.read_text()
    assert '"beans": 1000' in first.read_text()
    assert '{"room": "$room", "note": "for $room"}' in second.read_text()
    assert '"beans": 997' in second.read_text()
    form, upload = (folder / name for name in ("room_tags.py", "room_tags_2.py"))
    assert 'post("/rooms/$room/tags/", data={"tag": ["warm", "quiet"], "note": "two & two"})' in form.read_text()
    assert 'post("/rooms/$room/tags/", files={"list": ("tags.txt", "new\\r\\n", "text/plain")})' in upload.read_text()
    pair = 'model="rooms.Tagged_tags", values={"tagged": Ref("tagged_2"), "tag": Ref("tag_2")})'
    assert pair not in form.read_text()
    assert pair in upload.read_text()
    shown = [re.search(r"http POST /rooms/\S+/tags/ (form|multipart) .*", path.with_suffix(".surface").read_text()) for path in (form, upload)]  # fmt: skip
    assert shown[0] is not None
    assert shown[1] is not None
    assert re.match(r'form \{.*"warm","quiet".*\} => 200 \{"before":0\}', shown[0][0].partition("/tags/ ")[2]), shown[0]
    assert re.match(r'multipart \{.*"tags.txt".*\} => 200 \{"before":2\}', shown[1][0].partition("/tags/ ")[2]), shown[
        1
    ]
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
