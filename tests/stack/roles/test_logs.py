"""Lines of a log, whatever its format, and the tracebacks among them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.stack.roles import logs

TRACE = """Traceback (most recent call last):
  File "/code/shop/views.py", line 12, in pay
    charge()
  File "/code/shop/orders.py", line 40, in charge
    raise TooPoor("7 left")
  File "/venv/lib/python3.11/site-packages/requests/api.py", line 9, in get
    ...
shop.errors.TooPoor: 7 left"""


def read(folder: Path, text: str) -> list[tuple[str, str, str, str, str]]:
    (folder / "web.log").write_text(text)
    return [
        (line.level, line.logger, line.message.split("\n")[0], line.exception, line.where)
        for line in logs.since(folder, {}, "/code")
    ]


@pytest.mark.parametrize(
    ("line", "level", "logger", "message"),
    [
        ("2026-01-04 06:00:00,123 ERROR shop.orders no money", "ERROR", "shop.orders", "no money"),
        ("[2026-01-04 06:00:00,123: ERROR/ForkPoolWorker-1] no money", "ERROR", "ForkPoolWorker-1", "no money"),
        ("[2026-01-04 06:00:00 +0000] [12] [ERROR] no money", "ERROR", "12", "no money"),
        ("ERROR:shop:no money", "ERROR", "shop", "no money"),
        ("[ERROR] no money", "ERROR", "", "no money"),
        ("06:00:00.123 | ERROR | no money", "ERROR", "", "no money"),
        ("2026-01-04T06:00:00Z [web-1] WARN: no money", "WARNING", "", "no money"),
        ('{"levelname": "error", "name": "shop", "message": "no money"}', "ERROR", "shop", "no money"),
        ('{"severity": "FATAL", "event": "no money"}', "CRITICAL", "", "no money"),
    ],
)
def test_a_level_is_found_in_any_format(tmp_path: Path, line: str, level: str, logger: str, message: str) -> None:
    """Claim: a record has its level and its text, and with them a traceback that follows."""
    assert read(tmp_path, f"{line}\n") == [(level, logger, message, "", "")]
    assert read(tmp_path, f"{line}\n{TRACE}\n") == [
        (level, logger, message, "shop.errors.TooPoor", "shop/orders.py charge")
    ]


@pytest.mark.parametrize("text", ["There was an ERROR in it", "Traceback is a word", '{"level": 3}', "12 apples"])
def test_what_is_no_record_has_no_level(tmp_path: Path, text: str) -> None:
    """Claim: a word in a sentence is no level."""
    assert [(line[0], line[3]) for line in read(tmp_path, f"{text}\n")] == [("", "")]


@pytest.mark.parametrize("before", ["", "hello\n", "2026-01-04 06:00:00,123 INFO shop.orders all is well\n"])
def test_a_printed_traceback_is_found(tmp_path: Path, before: str) -> None:
    """Claim: one that no record bears stands alone, after whatever was said before."""
    assert read(tmp_path, f"{before}{TRACE}\nbye\n")[-1][0::3] == ("", "shop.errors.TooPoor")
    assert len(read(tmp_path, f"{before}{TRACE}\n")) == 1 + bool(before)


def test_a_frame_of_the_targets_is_told_from_its_folder_on_however_that_was_written(tmp_path: Path) -> None:
    """Claim: by way of another folder, and through a link."""
    code = tmp_path / "code"
    (code / "shop").mkdir(parents=True)
    (tmp_path / "link").symlink_to(code)
    text = f"ERROR:shop:x\n{TRACE.replace('/code', str(code.resolve()))}\n"
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "web.log").write_text(text)
    for root in (f"{tmp_path}/logs/../code", str(tmp_path / "link"), f"{code}/"):
        assert [line.where for line in logs.since(folder, {}, root)] == ["shop/orders.py charge"]


def test_of_a_chain_the_last_counts(tmp_path: Path) -> None:
    """Claim: what went out is told, not what it came from; and in JSON as in text."""
    chain = f"{TRACE}\n\nDuring handling of the above exception, another exception occurred:\n\n" + TRACE.replace("TooPoor", "Closed").replace("charge", "close")  # fmt: skip
    assert read(tmp_path, f"ERROR:shop:x\n{chain}\n") == [
        ("ERROR", "shop", "x", "shop.errors.Closed", "shop/orders.py close")
    ]
    line = json.dumps({"level": "info", "message": "x", "exc_info": TRACE})
    assert read(tmp_path, f"{line}\n") == [("INFO", "", "x", "shop.errors.TooPoor", "shop/orders.py charge")]
