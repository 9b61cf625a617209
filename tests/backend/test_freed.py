"""[free] is refused at once where it frees the money, everything, or nothing that can be named."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from harness.backend import freed
from harness.core.errors import HarnessError
from harness.core.ledger import Part
from tests.judge.ledgers import TARGET

WHY = "nobody reads how long it took"


def fail(what, hint):
    return HarnessError(what, hint=hint, code="config-value")


@pytest.mark.parametrize("name", ["logs.ms", "ledger.logs.ms", "*.ms", "logs.meta:a.*.ms", "answer:data.ms", "answer /x/*/:**.ms", "header:x-ms", "message shop.go:result.ms", "call api.x.com:seed", r"log shop:\d+ ms", "side file *.log:sha256"])  # fmt: skip
def test_an_entry_names_a_column_or_a_place(name):
    assert freed.read({name: WHY}, fail) == {name: WHY}


@pytest.mark.parametrize("name", ["*.*", "logs.*", "lo*.ms", "ms", "logs.", ".ms", "answer:**", "message:*", "logs.meta:", "log shop:(", "log shop:.*", "answer:a..b"])  # fmt: skip
def test_what_would_free_everything_or_nothing_is_refused(name):
    with pytest.raises(HarnessError) as refused:
        freed.read({name: WHY}, fail)
    assert refused.value.code == "config-value"


@pytest.mark.parametrize("why", ["", "...........", "aaaaaaaaaaaaa", "short", "12345678901"])
def test_a_reason_has_words(why):
    with pytest.raises(HarnessError, match="says not why"):
        freed.read({"logs.ms": why}, fail)


def config(*names, **parts):
    return SimpleNamespace(free=dict.fromkeys(names, WHY), tables=TARGET.tables, ledger=replace(TARGET.ledger, **parts))


def test_no_column_of_the_ledger_is_free_by_whatever_name():
    part = TARGET.ledger.movements
    table = TARGET.tables[part.kind].table
    amount, dotted = part.columns["amount"], part.columns["operation"]
    json_column, _, inner = dotted.partition(".")
    for name in (f"{table}.{amount}", f"*.{amount}", f"{table}.{json_column}", f"{table}.{json_column}:{inner}", f"{table}.{json_column}:**"):  # fmt: skip
        with pytest.raises(HarnessError) as refused:
            freed.refuse_money(config(name))
        assert refused.value.code == "free-money", name
    freed.refuse_money(config(f"{table}.created_at", f"{table}.{json_column}:elsewhere", "answer:balance_ms"))


def test_nor_what_a_query_of_the_ledger_reads():
    part = Part(kind="m", sql="SELECT m.*, m.cents AS amount FROM till.entry m", columns={"amount": "amount"})
    for name in ("till.entry.cents", "*.amount"):
        with pytest.raises(HarnessError) as refused:
            freed.refuse_money(config(name, movements=part))
        assert refused.value.code == "free-money", name
    freed.refuse_money(config("till.entry.noted_at", movements=part))
