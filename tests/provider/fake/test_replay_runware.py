"""Runware: ids echoed, batches with data and errors together, and the WebSocket."""

from __future__ import annotations

import json
import ssl

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from harness.core.scenario import Fault
from tests.provider.fake.conftest import recorded

URL = "https://api.runware.ai/v1"


def task(prompt: str, uuid: str, **more) -> dict:
    return {"taskType": "imageInference", "taskUUID": uuid, "model": "runware:97@1", "positivePrompt": prompt, **more}


def drawn(uuid: str, name: str = "i") -> dict:
    return {"taskType": "imageInference", "taskUUID": uuid, "imageUUID": name, "imageURL": f"https://im/{name}.jpg"}


def one(prompt: str, uuid: str, name: str = "i", **more):
    return recorded("POST", URL, [task(prompt, uuid)], {"data": [drawn(uuid, name)]}, **more)


def refused(prompt: str, uuid: str):
    error = {"code": "providerContentPolicyViolation", "message": "no", "taskUUID": uuid}
    return recorded("POST", URL, [task(prompt, uuid)], {"errors": [error]}, status=400)


def test_the_clients_task_uuid_comes_back(fake):
    """The id is made up by the client: it does not matter for matching, and the answer carries the one that was sent."""
    fake.load(one("a house", "old-uuid"))
    answer = fake.post(URL, [task("a house", "new-uuid")]).json()
    assert answer["data"][0]["taskUUID"] == "new-uuid"
    assert answer["data"][0]["imageURL"] == "https://im/i.jpg"
    (call,) = fake.report().calls
    assert (call.images, call.success, call.model, call.response["data"][0]["taskUUID"]) == (
        1,
        True,
        "runware:97@1",
        "new-uuid",
    )


def test_ids_of_a_batch_are_echoed_one_by_one_also_when_the_answer_is_in_another_order(fake):
    """Each answer keeps to its own task; errors too."""
    sent = [task("a", "old-1"), task("b", "old-2"), task("c", "old-3")]
    error = {"code": "x", "message": "no", "taskUUID": "old-2"}
    answer = {"data": [drawn("old-3", "c"), drawn("old-1", "a")], "errors": [error]}
    fake.load(recorded("POST", URL, sent, answer))
    found = fake.post(URL, [task("a", "new-1"), task("b", "new-2"), task("c", "new-3")]).json()
    assert {item["imageUUID"]: item["taskUUID"] for item in found["data"]} == {"c": "new-3", "a": "new-1"}
    assert found["errors"][0]["taskUUID"] == "new-2"
    assert fake.report().calls[0].images == 2


def test_a_scrubbed_recording_that_repeats_one_id_is_echoed_by_position(fake):
    """Where every recorded id is the same placeholder, the n-th answer belongs to the n-th task."""
    fake.load(recorded("POST", URL, [task("a", "X"), task("b", "X")], {"data": [drawn("X", "a"), drawn("X", "b")]}))
    found = fake.post(URL, [task("a", "new-1"), task("b", "new-2")]).json()
    assert {item["imageUUID"]: item["taskUUID"] for item in found["data"]} == {"a": "new-1", "b": "new-2"}


def test_a_batch_is_composed_of_recordings_of_its_tasks(fake):
    """Two images drawn and one refused: data and errors side by side, each recording consumed once."""
    fake.load(one("a", "o1", "a"), refused("bad", "o2"), one("a", "o3", "a2"))
    answer = fake.post(URL, [task("a", "n1"), task("bad", "n2"), task("a", "n3")])
    found = answer.json()
    assert answer.status_code == 200
    assert [(item["imageUUID"], item["taskUUID"]) for item in found["data"]] == [("a", "n1"), ("a2", "n3")]
    assert found["errors"][0]["taskUUID"] == "n2"
    report = fake.report()
    assert (report.unplayed, report.calls[0].images, report.calls[0].success) == ((), 2, True)


def test_a_batch_with_one_unknown_task_consumes_nothing(fake):
    """All of a batch or none of it: the recordings stay, the call is unmatched."""
    fake.load(one("a", "o1"), one("b", "o2"))
    assert fake.post(URL, [task("a", "n1"), task("x", "n2")]).status_code == 500
    report = fake.report()
    assert (len(report.unplayed), report.unmatched) == (2, 1)
    assert fake.post(URL, [task("a", "n1"), task("a", "n2")]).status_code == 500, "one recording is not played twice"


def test_an_error_answer_is_no_success(fake):
    """200 or 400: only errors means that nothing was drawn."""
    fake.load(refused("bad", "o"))
    assert fake.post(URL, [task("bad", "n")]).json()["errors"][0]["taskUUID"] == "n"
    (call,) = fake.report().calls
    assert (call.success, call.images, call.disposition) == (False, 0, "played")


def test_a_fault_names_every_task_of_the_request(fake):
    """The provider's error form: one error for each task, with its id."""
    fake.load(one("a", "o"), faults=(Fault(kind="insufficient_quota", match="runware *"),))
    answer = fake.post(URL, [task("a", "n1"), task("b", "n2")])
    assert answer.status_code == 402
    assert [error["taskUUID"] for error in answer.json()["errors"]] == ["n1", "n2"]


def test_a_refusal_is_in_runwares_form_and_names_the_changed_path(fake):
    """A client that reads errors[] finds the harness's message there."""
    fake.load(one("a house", "o"))
    answer = fake.post(URL, [task("a horse", "n")])
    assert answer.json()["errors"][0]["message"].startswith("harness: no recording matches POST https://api.runware.ai")
    (call,) = fake.report().calls
    assert call.nearest["changes"] == [{"path": "[0].positivePrompt", "recorded": "a house", "sent": "a horse"}]


@pytest.fixture
def websocket(fake):
    context = ssl.create_default_context(cafile=str(fake.ca))
    with connect(f"wss://localhost:{fake.port}/ws-api.runware.ai/v1", ssl=context, proxy=None) as socket:
        yield socket


def say(socket, *tasks: dict) -> dict:
    socket.send(json.dumps(tasks))
    return json.loads(socket.recv(timeout=10))


def test_the_websocket_plays_the_same_recordings_as_http(fake, websocket):
    """Authenticate, ping, draw: the task is matched as if posted, its id echoed, the call counted once."""
    fake.load(one("a house", "o"))
    answer = say(websocket, {"taskType": "authentication", "apiKey": "k"})
    session = answer["data"][0]["connectionSessionUUID"]
    again = say(websocket, {"taskType": "authentication", "apiKey": "k", "connectionSessionUUID": session})
    assert again["data"][0]["connectionSessionUUID"] == session
    assert say(websocket, {"taskType": "ping", "ping": True}) == {"data": [{"taskType": "ping", "pong": True}]}
    found = say(websocket, task("a house", "n"))
    assert (found["data"][0]["taskUUID"], found["data"][0]["imageUUID"]) == ("n", "i")
    (call,) = fake.report().calls
    assert (call.route, call.host, call.images) == ("runware POST /v1", "api.runware.ai", 1)


def test_the_websocket_refuses_work_before_authentication(fake, websocket):
    """As the provider does: an error for the task, and nothing consumed."""
    fake.load(one("a", "o"))
    assert say(websocket, task("a", "n"))["errors"][0]["taskUUID"] == "n"
    assert len(fake.report().unplayed) == 1


def test_websocket_nonsense_is_an_error_and_unmatched_work_too(fake, websocket):
    """Broken JSON gets an error; an unknown task gets the refusal with its id, so the client's wait ends."""
    fake.load(one("a", "o"))
    say(websocket, {"taskType": "authentication", "apiKey": "k"})
    websocket.send("{")
    assert json.loads(websocket.recv(timeout=5))["errors"][0]["code"] == "invalidJSON"
    assert say(websocket, task("b", "n"))["errors"][0]["taskUUID"] == "n"
    assert fake.report().unmatched == 1


@pytest.mark.parametrize(("kind", "success"), [("reset", False), ("lost_answer", True), ("truncate", True)])
def test_a_websocket_can_be_cut(fake, websocket, kind, success):
    """The connection ends before the answer; what the provider did is the same as over HTTP."""
    fake.load(one("a", "o"), faults=(Fault(kind=kind, match="runware *"),))
    say(websocket, {"taskType": "authentication", "apiKey": "k"})
    with pytest.raises(ConnectionClosed):
        say(websocket, task("a", "n"))
    (call,) = fake.report().calls
    assert (call.fault, call.success) == (kind, success)


def test_a_held_websocket_answer_is_released(fake, websocket):
    """Hold and release work on a message as on a request."""
    fake.load(one("a", "o"), faults=(Fault(kind="hold", match="runware *"),))
    say(websocket, {"taskType": "authentication", "apiKey": "k"})
    websocket.send(json.dumps([task("a", "n")]))
    assert fake.control.wait_held(1, 10)
    assert say(websocket, {"taskType": "ping", "ping": True})["data"][0]["pong"] is True
    fake.control.release()
    assert json.loads(websocket.recv(timeout=10))["data"][0]["taskUUID"] == "n"


def test_other_hosts_have_no_websocket(fake):
    """An upgrade on the OpenAI host is refused, not accepted in silence."""
    context = ssl.create_default_context(cafile=str(fake.ca))
    with (
        pytest.raises(Exception, match="404"),
        connect(f"wss://localhost:{fake.port}/api.openai.com/v1", ssl=context, proxy=None),
    ):
        pass
