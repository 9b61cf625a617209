"""Five ledgers as targets keep them, each with one article sold: in the target's own words, as events of a history.

column   credits on the account, whole numbers, everything said twice
wallet   a wallet beside the account, exact decimals without a sign, a direction, its own words, the log's key in the movement
bare     tenant_id, no operation and no units in the movement, tokens that may be null
posted   the account is the wallet, keys are random, the log names no account: both know the request by the provider's id
single   one tenant, three SELECTs, cents, no usage log
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from harness.backend import ledger
from harness.core.config import Table
from harness.core.fold import folded
from harness.core.history import CellHistory
from harness.core.ledger import Ledger
from harness.core.rates import Price, RateCard, Rule
from harness.core.scenario import Do, Given, Path, Ref, Row, Scenario
from harness.judge.checks import result_of
from harness.judge.context import Context
from harness.judge.facts import Target
from harness.judge.result import Result

ID, TOKENS_IN, TOKENS_OUT = "writer/article", 820, 1310
COST = "0.014125"
ANSWER_ID = "chatcmpl-1"

TABLES = {
    kind: Table(kind=kind, table=f"shop_{kind}")
    for kind in ("account", "user", "wallet", "entry", "usage", "page")
} | {"job": Table(kind="job", table="shop_job", status="status", active=("running",))}  # fmt: skip

SCENARIO = Scenario(
    id=ID,
    title="One article",
    given=Given(
        rows=(
            Row(kind="account", name="account", values={"plan": "basic"}),
            Row(kind="user", name="owner", values={"account_id": Ref("account")}),
            Row(kind="account", name="bystander", values={}),
        )
    ),
    when=(Do(operation="write"),),
    paths=(Path.MANUAL,),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """`toml` is [ledger]; `credits` what the article costs in the ledger's unit, as amounts are judged; `raw` turns such an
    amount into what a row has for it. `movement` and `log` make rows; None where the target keeps no log."""

    name: str
    toml: Mapping[str, Any]
    rule: Rule
    opening: Any
    credits: Any
    raw: Callable[[Any], Any]
    movement: Callable[..., dict[str, Any]]
    log: Callable[..., dict[str, Any]] | None
    movement_kind: str = "entry"
    usage_kind: str = "usage"
    account_kind: str = "account"
    accounts: Mapping[str, Any] = field(default_factory=lambda: {"account": 1, "bystander": 2})

    @property
    def ledger(self) -> Ledger:
        return ledger.placed("harness.toml", ledger.read("harness.toml", self.toml), TABLES)

    def context(self, **changes: Any) -> Context:
        prices = {"gpt-5.1": Price(model="gpt-5.1", input_usd_per_1m=Decimal("1.25"), output_usd_per_1m=Decimal("10"))}
        facts = {
            "scenario": SCENARIO,
            "golden": None,
            "target": Target(tables=TABLES, ledger=self.ledger),
            "rates": RateCard(prices=prices, rules=(self.rule,)),
            "phase": 0,
            "path": "manual",
            **changes,
        }
        return Context(**facts)

    def judged(self, law: str, events: list[dict[str, Any]], **changes: Any) -> Result:
        return result_of(law, self.folded(events), self.context(**changes))

    def folded(self, events: list[dict[str, Any]]) -> CellHistory:
        """Each movement in one transaction with its log and its balance, unless the events say otherwise."""
        if not any(event["kind"] == "tx" for event in events):
            events = [*self.journal(events), *events]
        return folded({"scenario": ID, "path": "manual"}, events, self.ledger)

    def journal(self, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        def of_kind(kind: str) -> list[dict[str, Any]]:
            return [self._change(e) for e in events if e.get("table_kind") == kind and e["op"] == "insert"]

        logs, part = of_kind(self.usage_kind), self.ledger.balance
        balance = {"table": f"shop_{part.kind}", "op": "update", "id": "1", "before": {part.columns["column"]: "1"}, "after": {part.columns["column"]: "2"}}  # fmt: skip
        return [
            {"kind": "tx", "role": "worker", "changes": [moved, *(logs if n == 0 else ()), balance]}
            for n, moved in enumerate(of_kind(self.movement_kind))
        ]

    def _change(self, event: dict[str, Any]) -> dict[str, Any]:
        kept = {name: str(value) for name, value in event["after"].items()}
        return {
            "table": f"shop_{event['table_kind']}",
            "op": "insert",
            "id": str(event["id"]),
            "before": None,
            "after": kept,
        }

    def sold(self) -> list[dict[str, Any]]:
        """The history of a correct backend: one call, one log, one movement."""
        left = self.opening - self.credits
        events = list(self._world())
        events.append(call())
        if self.log is not None:
            events.append(row(self.usage_kind, self.log(key=51, credits=self.credits, raw=self.raw)))
        events.append(
            row(self.movement_kind, self.movement(key=71, amount=-self.credits, left=left, raw=self.raw, log=51))
        )
        events += [self._balance("account", self.opening, left)]
        if "bystander" in self.accounts:
            events.append(self._balance("bystander", self.opening, self.opening))
        return [*events, {"kind": "cell.end", "settled": True, "reason": "", "events": {}}]

    def more(
        self, events: list[dict[str, Any]], amount: Any, type_: str, key: int = 72, **said: Any
    ) -> list[dict[str, Any]]:
        """One more movement of `account`, balances moved along."""
        events = deepcopy(events)
        balance = next(e for e in events if e["kind"] == "balance" and e["account"] == "account")
        left = self.ledger.amount(balance["closing"]) + amount
        made = self.movement(key=key, amount=amount, left=left, raw=self.raw, log=None, type_=type_, **said)
        events.insert(-1, row(self.movement_kind, made))
        balance["closing"] = self.raw(left)
        return events

    def _world(self) -> Iterator[dict[str, Any]]:
        refs = {name: {"kind": self.account_kind, "id": key} for name, key in self.accounts.items() if key is not None}
        accounts = {name: {"id": key, "credits": self.raw(self.opening)} for name, key in self.accounts.items()}
        yield {"kind": "seeded", "refs": refs, "accounts": accounts, "actors": ["account"]}
        yield {"kind": "http", "method": "POST", "path": "/write", "status": 202, "request": {}, "response": {}}
        yield {"kind": "task", "id": "t", "name": "write"}

    def _balance(self, name: str, opening: Any, closing: Any) -> dict[str, Any]:
        return {"kind": "balance", "account": name, "opening": self.raw(opening), "closing": self.raw(closing)}


def row(kind: str, after: dict[str, Any], op: str = "insert", before: Any = None) -> dict[str, Any]:
    return {"kind": "row", "table_kind": kind, "op": op, "id": after["id"], "before": before, "after": after}


def call(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "call",
        "n": 1,
        "provider": "openai",
        "host": "api.openai.com",
        "method": "POST",
        "path": "/v1/chat/completions",
        "request": {"model": "gpt-5.1"},
        "response": {"id": ANSWER_ID},
        "status": 200,
        "disposition": "played",
        "success": True,
        "model": "gpt-5.1-2025-11-13",
        "usage": {"tokens_in": TOKENS_IN, "tokens_out": TOKENS_OUT},
        **changes,
    }


def changed(events: list[dict[str, Any]], kind: str, **values: Any) -> list[dict[str, Any]]:
    """The events with other values in every row of a kind ("row" kinds), or in every event of a kind."""
    events = deepcopy(events)
    for event in events:
        if event["kind"] == kind:
            event.update(values)
        elif event.get("table_kind") == kind:
            event["after"].update(values)
    return events


def without(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in events if kind not in (event["kind"], event.get("table_kind"))]


def _column_movement(*, key, amount, left, raw, log, type_="deduction", operation="article", account=1):
    return {
        "id": key, "account_id": account, "type": type_, "amount": raw(amount), "balance_after": raw(left),
        "metadata": {"operation": operation, "units": 1},
    }  # fmt: skip


def _column_log(*, key, credits, raw):
    return {
        "id": key, "account_id": 1, "operation": "article", "credits_used": raw(credits), "model": "gpt-5.1",
        "tokens_in": TOKENS_IN, "tokens_out": TOKENS_OUT, "cost_usd": COST, "metadata": {"units": 1},
    }  # fmt: skip


def _wallet_movement(*, key, amount, left, raw, log, type_="spend", operation="article", account=1):
    return {
        "id": key, "owner": account, "what": type_, "direction": "out" if amount < 0 else "in", "money": raw(abs(amount)),
        "after": raw(left), "usage_id": log,
    }  # fmt: skip


def _wallet_log(*, key, credits, raw):
    return {
        "id": key, "owner": 1, "feature": "article", "price": raw(credits), "llm": "gpt-5.1-2025-11-13",
        "counts": {"prompt": TOKENS_IN, "completion": TOKENS_OUT}, "usd": COST,
    }  # fmt: skip


def _bare_movement(*, key, amount, left, raw, log, type_="deduction", operation="", account=1):
    return {
        "id": key, "tenant_id": account, "transaction_type": type_, "amount": raw(amount), "balance_after": raw(left),
        "metadata": {},
    }  # fmt: skip


def _bare_log(*, key, credits, raw):
    return {
        "id": key, "tenant_id": 1, "operation_type": "article", "credits_used": raw(credits), "model_used": "gpt-5.1",
        "tokens_input": TOKENS_IN, "tokens_output": TOKENS_OUT, "cost_usd": COST,
    }  # fmt: skip


def _single_movement(*, key, amount, left, raw, log, type_="use", operation="article", account=None):
    return {"id": key, "cents": raw(amount), "why": type_, "feature": operation}


def _posted_movement(*, key, amount, left, raw, log, type_="spend", operation="article", account="w-1"):
    return {
        "id": f"m-{key}", "wallet_id": "w-2" if account == 2 else account, "kind": type_, "amount": raw(abs(amount)),
        "direction": "out" if amount < 0 else "in", "left": raw(left), "operation": operation,
        "ref": ANSWER_ID if log else None, "reverses": "m-71" if type_ == "refund" else None,
    }  # fmt: skip


def _posted_log(*, key, credits, raw):
    return {
        "id": f"u-{key}", "ref": ANSWER_ID, "operation": "article", "model": "gpt-5.1", "credits": raw(credits),
        "meters": {"in": TOKENS_IN, "out": TOKENS_OUT, "cached": 20},
    }  # fmt: skip


COLUMN = Shape(
    name="column",
    toml={
        "balance": {"table": "account", "column": "credits", "account": "id"},
        "movements": {
            "table": "entry", "account": "account_id", "type": "type", "amount": "amount", "balance_after": "balance_after",
            "operation": "metadata.operation", "units": "metadata.units",
        },
        "usage": {
            "table": "usage", "account": "account_id", "operation": "operation", "credits": "credits_used", "model": "model",
            "tokens_in": "tokens_in", "tokens_out": "tokens_out", "cost": "cost_usd", "cost_decimals": 6, "units": "metadata.units",
        },
    },
    rule=Rule(operation="article", kind="tokens", tokens_per_credit=100, min_credits=3),
    opening=100,
    credits=22,
    raw=int,
    movement=_column_movement,
    log=_column_log,
)  # fmt: skip

WALLET = Shape(
    name="wallet",
    toml={
        "unit": "decimal",
        "decimals": 4,
        "accounts": "account",
        "balance": {"table": "wallet", "column": "balance", "account": "owner"},
        "movements": {
            "table": "entry", "account": "owner", "type": "what", "amount": "money", "balance_after": "after",
            "sign": {"column": "direction", "out": ["out"], "in": ["in"]}, "usage": "usage_id",
            "types": {"deduction": ["spend"], "purchase": ["topup"], "refund": ["back"], "expiry": ["lapsed"]},
        },
        "usage": {
            "table": "usage", "account": "owner", "operation": "feature", "credits": "price", "model": "llm",
            "tokens_in": "counts.prompt", "tokens_out": "counts.completion", "cost": "usd",
        },
    },
    rule=Rule(
        operation="article", kind="rates", credits_per_1m={"input": Decimal(10), "output": Decimal(40)}, decimals=4,
        rounding="half up",
    ),
    opening=Decimal("100.0000"),
    credits=Decimal("0.0606"),
    raw=str,
    movement=_wallet_movement,
    log=_wallet_log,
)  # fmt: skip

BARE = Shape(
    name="bare",
    toml={
        "balance": {"table": "account", "column": "credits", "account": "id"},
        "movements": {
            "table": "entry", "account": "tenant_id", "type": "transaction_type", "amount": "amount",
            "balance_after": "balance_after",
        },
        "usage": {
            "table": "usage", "account": "tenant_id", "operation": "operation_type", "credits": "credits_used",
            "model": "model_used", "tokens_in": "tokens_input", "tokens_out": "tokens_output", "cost": "cost_usd",
        },
    },
    rule=Rule(operation="article", kind="tokens", tokens_per_credit=100, min_credits=3),
    opening=100,
    credits=22,
    raw=int,
    movement=_bare_movement,
    log=_bare_log,
)  # fmt: skip

SINGLE = Shape(
    name="single",
    toml={
        "unit": "cents",
        "balance": {"sql": "SELECT sum(cents) AS cents FROM money", "column": "cents"},
        "movements": {
            "sql": "SELECT id, cents, why, feature FROM money", "amount": "cents", "type": "why", "operation": "feature",
            "types": {"deduction": ["use"], "purchase": ["bought"], "refund": ["returned"], "expiry": ["lost"]},
        },
    },
    rule=Rule(operation="article", kind="call", credits=Decimal("0.15")),
    opening=Decimal("100.00"),
    credits=Decimal("0.15"),
    raw=lambda amount: int(amount * 100),
    movement=_single_movement,
    log=None,
    movement_kind="ledger.movements",
    accounts={"account": None},
)  # fmt: skip

POSTED = Shape(
    name="posted",
    toml={
        "unit": "decimal",
        "accounts": "wallet",
        "balance": {"table": "wallet", "column": "available", "account": "uuid"},
        "movements": {
            "table": "entry", "account": "wallet_id", "type": "kind", "amount": "amount", "balance_after": "left",
            "operation": "operation", "request": "ref", "reverses": "reverses",
            "sign": {"column": "direction", "out": ["out"], "in": ["in"]},
            "types": {"deduction": ["spend"], "purchase": ["topup"], "expiry": ["lapse"]},
        },
        "usage": {
            "table": "usage", "operation": "operation", "model": "model", "credits": "credits", "request": "ref",
            "tokens_in": "meters.in", "tokens_out": "meters.out", "tokens_cached": "meters.cached",
        },
    },
    rule=Rule(
        operation="article", kind="rates", decimals=4, rounding="half up",
        credits_per_1m={"input": Decimal(10), "cached": Decimal(1), "output": Decimal(40)},
    ),
    opening=Decimal("100.0000"),
    credits=Decimal("0.0604"),
    raw=str,
    movement=_posted_movement,
    log=_posted_log,
    account_kind="wallet",
    accounts={"account": "w-1", "bystander": "w-2"},
)  # fmt: skip

SHAPES = {shape.name: shape for shape in (COLUMN, WALLET, BARE, POSTED, SINGLE)}
