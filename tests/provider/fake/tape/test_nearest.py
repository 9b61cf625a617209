"""On a miss: the right recording is named, the paths that changed, and what to do."""

from __future__ import annotations

import time

import pytest

from harness.core.cassette import Cassette
from harness.provider.fake.tape.canonical import key_of
from harness.provider.fake.tape.match import Tape, prepare
from harness.provider.fake.tape.nearest import nearest
from harness.provider.profiles import OPENAI
from tests.provider.fake.conftest import _bytes, asked, chat, recorded

TARGET = "/v1/chat/completions"
HOST = "api.openai.com"


def miss(tape: Tape, body, *, method: str = "POST", target: str = TARGET, host: str = HOST, scenario: str = "w/g"):
    data = _bytes(body)
    return nearest(tape, scenario, OPENAI, host, method, target, data, key_of(OPENAI, host, method, target, data))


def tape_of(*interactions) -> Tape:
    from dataclasses import replace

    numbered = tuple(replace(one, index=index) for index, one in enumerate(interactions))
    return Tape(prepare(Cassette(name="t", interactions=numbered)))


def test_the_closest_prompt_is_chosen_not_the_first():
    """Of three recordings of one route the one whose text is nearest is shown, with only the path that differs."""
    tape = tape_of(chat("Write about boats", ""), chat("Group these keywords: roof, wall", ""), chat("Hello", ""))
    found = miss(tape, asked("Group these keywords: roof, walls"))
    assert (found["cassette"], found["index"]) == ("t", 1)
    assert [change["path"] for change in found["changes"]] == ["messages[0].content"]
    assert "prompt text changed at messages[0].content near ': roof, walls'" in found["hint"]
    assert found["hint"].endswith("re-record with: harness record w/g")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (asked("hello") | {"model": "gpt-5-mini"}, "the model changed from 'gpt-5.1' to 'gpt-5-mini'"),
        (asked("hello", temperature=0.2), "temperature changed from '(absent)' to 0.2"),
        (asked("hello", temperature=0.2, top_p=1), "2 fields changed, first temperature"),
        (b"not json", "one of the two is not JSON"),
    ],
)
def test_the_hint_says_what_changed(body, words):
    """A model, one field, several fields, another kind of body: each is said in words."""
    assert words in miss(tape_of(chat("hello", "")), body)["hint"]


def test_another_url_and_another_host_are_said_so():
    """A path that is not recorded, a host with nothing recorded, an empty tape."""
    tape = tape_of(chat("hello", ""))
    other = miss(tape, asked("hello"), target="/v1/responses")
    assert "this URL is not recorded: /v1/responses" in other["hint"]
    elsewhere = miss(tape, asked("hello"), host="api.runware.ai")
    assert "nothing is recorded for api.runware.ai (the tape has api.openai.com)" in elsewhere["hint"]
    assert elsewhere["cassette"] == ""
    assert "the tape is empty" in miss(tape_of(), asked("hello"))["hint"]


def test_one_that_was_played_already_is_said_so():
    """The request is known, its recordings are used up: the count is named."""
    tape = tape_of(chat("hello", "1"), chat("hello", "2"))
    for _ in range(2):
        tape.take(tape.find(tape.slots[0].recording.key))
    assert "all 2 recordings of this request were already played" in miss(tape, asked("hello"))["hint"]
    single = tape_of(chat("hello", "1"))
    single.take(single.slots[0])
    assert "the one recording of this request was already played" in miss(single, asked("hello"))["hint"]


def test_long_texts_are_cut_to_where_they_part():
    """A changed word in an article of 9,000 characters is shown with its surroundings, not the article."""
    before = "A timber house stands well. " * 160
    old, new = before + "It costs ten." + before, before + "It costs two." + before
    (change,) = miss(tape_of(chat(old, "")), asked(new))["changes"]
    assert "It costs t" in change["recorded"]
    assert len(change["recorded"]) < 160
    assert "It costs two" in change["sent"]


def test_true_is_not_one_and_null_is_not_absent():
    """Values that Python would call equal are different JSON."""
    tape = tape_of(recorded("POST", f"https://{HOST}{TARGET}", {"a": 1, "b": None}, {}))
    changes = {change["path"]: change["sent"] for change in miss(tape, {"a": True})["changes"]}
    assert changes == {"a": True, "b": "(absent)"}


def test_a_large_tape_is_searched_in_bounded_time():
    """One miss against 10,000 recordings looks at a bounded number of them: far below a second of CPU."""
    tape = tape_of(*(chat(f"keyword list {number}", "") for number in range(10_000)))
    began = time.process_time()
    miss(tape, asked("keyword list x"))
    assert time.process_time() - began < 1


def test_the_same_prompt_with_other_parameters_is_nearer_than_another_prompt():
    """Claim: what is asked for outweighs any number of small fields: the recording of the same image is shown, with what changed of it."""
    mine = "A mug of filter coffee on a wooden table beside a window, morning light, photograph"
    other = "A tent beside a lake in the mountains, evening light, photograph"
    small = {"temperature": 0.2, "top_p": 1, "n": 2, "seed": 7, "user": "u1", "stop": "."}
    tape = tape_of(recorded("POST", f"https://{HOST}{TARGET}", asked(mine, **small), {}), chat(other, ""))
    found = miss(tape, asked(mine))
    assert found["index"] == 0
    assert {change["path"] for change in found["changes"]} == set(small)
    # one word of the prompt and all parameters are another: it is still that image
    assert miss(tape, asked(mine.replace("morning", "evening")))["index"] == 0
    # and a short text is no prompt: a name of a size does not outweigh the others
    short = recorded("POST", f"https://{HOST}{TARGET}", asked("hello", **small), {})
    assert miss(tape_of(short, chat("hallo", "")), asked("hello"))["index"] == 1
