"""[roles] as it is read: what is usual is there, what is said replaces it."""

from __future__ import annotations

import pytest

from harness.backend.roles.described import read
from harness.core.errors import HarnessError


def test_a_target_has_web_worker_and_beat():
    """Claim: without a line; beat waits until a step starts it."""
    roles = read("harness.toml", {})
    assert {name: (one.like, one.command, one.ready, one.boot) for name, one in roles.items()} == {
        "web": ("web", (), "http", "always"),
        "worker": ("worker", (), "celery", "always"),
        "beat": ("beat", (), "line:beat: Starting", "on_demand"),
    }


def test_one_that_is_false_is_not_there():
    assert list(read("harness.toml", {"beat": False, "worker": False})) == ["web"]


def test_a_role_of_another_name_is_like_one_of_them_or_has_a_command():
    roles = read(
        "harness.toml",
        {"mails": {"like": "worker", "queues": ["mail"], "boot": "on_demand"}, "cron": {"command": ["crond"]}},
    )
    assert (roles["mails"].ready, roles["mails"].queues, roles["mails"].boot) == ("celery", ("mail",), "on_demand")
    assert (roles["cron"].ready, roles["cron"].boot) == ("spawn", "always")


@pytest.mark.parametrize(
    ("command", "sends"),
    [
        (["celery", "-A", "shop", "worker", "-c", "1"], ["celery", "-A", "shop", "worker", "-E", "-c", "1"]),
        (["venv/bin/celery", "-A", "worker", "worker"], ["venv/bin/celery", "-A", "worker", "worker", "-E"]),
        (["{python}", "-m", "celery", "-A", "shop", "worker", "-E"], None),
        (["{python}", "-m", "celery", "-A", "shop", "worker", "--task-events"], None),
        (["{python}", "-m", "celery", "-A", "shop", "beat"], None),
        (["worker", "celery"], None),
    ],
)
def test_a_worker_sends_events(command, sends):
    """Claim: -E is added to a worker's command that lacks it, and to no other."""
    assert list(read("harness.toml", {"one": {"command": command}})["one"].command) == (sends or command)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"mails": {}}, "[roles.mails] lacks 'command'"),
        ({"mails": {"like": "workers"}}, "roles.mails.like 'workers' is not known"),
        ({"worker": {"command": ["x"], "queues": ["a"]}}, "[roles.worker] has a command and queues"),
        ({"worker": {"concurrency": -1}}, "roles.worker.concurrency -1"),
        ({"beat": {"concurrency": 2}}, "roles.beat.concurrency 2"),
        ({"web": {"ready": "https"}}, "roles.web.ready 'https' is not known"),
        ({"web": {"ready": "http:health"}}, "roles.web.ready 'http:health' is not known"),
        ({"web": {"ready": "line"}}, "roles.web.ready 'line' is not known"),
        ({"web": {"boot": "never"}}, "roles.web.boot 'never' is not known"),
        ({"web": {"options": "-v"}}, "roles.web.options must be a list"),
        ({"web": {"env": {"A": 1}}}, "[roles.web.env] must map names to texts, and A is none"),
        ({"web": {"comand": []}}, "unknown key 'comand' in [roles.web]"),
        ({"crond": False}, "[roles.crond] must be a table"),
        ([], "[roles] must be a table"),
    ],
)
def test_what_is_no_role_is_refused(value, message):
    with pytest.raises(HarnessError) as caught:
        read("harness.toml", value)
    assert message in caught.value.message
    assert caught.value.code in ("config-value", "config-unknown-key")
