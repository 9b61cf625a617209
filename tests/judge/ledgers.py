"""Lawful cells to judge, and the facts to judge them with: what a correct backend would have left behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from harness.core.config import Table
from harness.core.history import (
    Call,
    CellHistory,
    Change,
    HttpExchange,
    LedgerRow,
    RowChange,
    TaskRun,
    Transaction,
    UsageRow,
)
from harness.core.ledger import Ledger, Part
from harness.core.rates import Configured, Price, RateCard, Rule
from harness.core.scenario import Do, Given, Path, Ref, Row, Scenario
from harness.judge.checks import CELL_CHECKERS
from harness.judge.context import Context
from harness.judge.facts import Target
from harness.judge.result import Result

CHAT, DRAW = "openai POST /v1/chat/completions", "openai POST /v1/images/generations"

COMPARISON = "[MIGRATION] Credit calc mismatch: {operation} old={old} new={new}"
MARKER = "[MIGRATION] Credit calc mismatch"

TARGET = Target(
    tables={
        "account": Table(kind="account", table="accounts"),
        "keyword": Table(kind="keyword", table="keywords", lock=("status",)),
        "cluster": Table(kind="cluster", table="clusters", lock=("status",)),
        "content": Table(kind="content", table="content", lock=("status", "task_id")),
        "task": Table(kind="task", table="tasks", lock=("status",), status="status", active=("in_progress",)),
        "run": Table(kind="run", table="runs", lock=("status",), paths=("automation", "scheduled")),
        "transaction": Table(kind="transaction", table="transactions"),
        "usage_log": Table(kind="usage_log", table="usage"),
    },
    ledger=Ledger(
        accounts="account",
        cost_decimals=6,
        balance=Part(kind="account", columns={"column": "credits", "account": "id"}),
        movements=Part(
            kind="transaction",
            columns={
                "account": "account_id",
                "type": "type",
                "amount": "amount",
                "balance_after": "balance_after",
                "operation": "metadata.operation_type",
                "units": "metadata.units",
            },
        ),
        usage=Part(
            kind="usage_log",
            columns={
                "account": "account_id",
                "operation": "operation",
                "credits": "credits_used",
                "model": "model",
                "tokens_in": "tokens_in",
                "tokens_out": "tokens_out",
                "cost": "cost_usd",
                "units": "metadata.units",
            },
        ),
    ),
)

RATES = RateCard(
    configured=(
        Configured(
            kind="credit_cost",
            of="operation",
            column="operation_type",
            columns={"tokens_per_credit": "tokens_per_credit", "min_credits": "min_credits", "credits": "min_credits"},
        ),
    ),
    prices={
        "gpt-5.1": Price(model="gpt-5.1", input_usd_per_1m=Decimal("1.25"), output_usd_per_1m=Decimal("10.00")),
        "dall-e-3": Price(model="dall-e-3", image_usd=Decimal("0.04")),
    },
    rules=(
        Rule(operation="clustering", kind="tokens", tokens_per_credit=150, min_credits=2),
        Rule(operation="content_generation", kind="tokens", tokens_per_credit=100, min_credits=3),
        Rule(operation="internal_linking", kind="flat", credits=1, per="content"),
        Rule(operation="image_generation", kind="image", credits=1, phases=(0, 3)),
        Rule(operation="image_generation", kind="image", credits=1, models={"dall-e-3": 5}, phases=(4, 7)),
    ),
)

GIVEN = Given(
    rows=(
        Row(kind="account", name="account", values={"credits": 100}),
        Row(kind="api_token", name="owner", values={"account_id": Ref("account")}),
        Row(kind="account", name="bystander", values={"credits": 77}),
        Row(kind="task", name="theirs", values={"account_id": Ref("bystander"), "status": "queued"}),
    )
)

SCENARIO = Scenario(
    id="writer/generate_content",
    title="One article",
    given=GIVEN,
    when=(Do(operation="generate_content"),),
    paths=(Path.MANUAL, Path.AUTOMATION),
)


def text_call(n: int, tokens_in: int, tokens_out: int, **extra: Any) -> Call:
    return Call(
        **{
            "n": n,
            "provider": "openai",
            "host": "api.openai.com",
            "method": "POST",
            "path": "/v1/chat/completions",
            "request": {"model": "gpt-5.1", "n": n},
            "status": 200,
            "disposition": "played",
            "success": True,
            "model": "gpt-5.1-2025-11-13",
            "usage": {"tokens_in": tokens_in, "tokens_out": tokens_out},
            **extra,
        }
    )


def image_call(n: int, **extra: Any) -> Call:
    return text_call(
        n,
        0,
        0,
        **{"path": "/v1/images/generations", "request": {"model": "dall-e-3"}, "usage": None, "images": 1, **extra},
    )


def charge(
    cell: CellHistory,
    operation: str,
    credits: int,
    *,
    account: str = "account",
    model: str = "gpt-5.1",
    tokens: tuple[int, int] = (0, 0),
    units: int = 1,
    cost_usd: str | None = "0.000000",
) -> CellHistory:
    """The cell with one more usage log and deduction, balances moved along."""
    opening, closing = cell.accounts[account]
    n = len(cell.ledger) + 1
    return replace(
        cell,
        accounts={**cell.accounts, account: (opening, closing - credits)},
        ledger=(
            *cell.ledger,
            LedgerRow(
                id=n,
                account=account,
                kind="deduction",
                operation=operation,
                credits=-credits,
                balance=closing - credits,
                units=units,
            ),
        ),
        usage=(
            *cell.usage,
            UsageRow(
                id=n,
                account=account,
                operation=operation,
                credits=credits,
                model=model,
                tokens_in=tokens[0],
                tokens_out=tokens[1],
                cost_usd=cost_usd,
                units=units,
            ),
        ),
        transactions=(*cell.transactions, _charged(n, closing, credits)),
    )


def _charged(n: int, balance: int, credits: int) -> Transaction:
    """The transaction of a charge, as the journal has it."""
    moved, left = str(balance), str(balance - credits)
    return Transaction(
        role="worker",
        changes=(
            Change(table="accounts", op="update", id="1", before={"credits": moved}, after={"credits": left}),
            Change(table="usage", op="insert", id=str(n), before=None, after={"credits_used": str(credits)}),
            Change(table="transactions", op="insert", id=str(n), before=None, after={"amount": str(-credits)}),
        ),
    )


def empty_cell(path: str = "manual", opening: int = 100) -> CellHistory:
    return CellHistory(
        cell=f"writer/generate_content@{path}",
        scenario="writer/generate_content",
        path=path,
        accounts={"account": (opening, opening), "bystander": (77, 77)},
        refs={
            "account": {"kind": "account", "id": 1},
            "bystander": {"kind": "account", "id": 2},
            "theirs": {"kind": "task", "id": 9},
        },
        http=(HttpExchange(method="POST", path="/api/v1/writer/", status=202, request={}, response={}),),
        tasks=(TaskRun(id="t1", name="run_ai_task"),),
    )


def lawful_text(requests: Sequence[tuple[int, int]] = ((820, 1310),), path: str = "manual") -> CellHistory:
    """One article for each (tokens in, tokens out): 100 tokens a credit, at least 3 credits."""
    cell = empty_cell(path, opening=100_000)
    for n, (tokens_in, tokens_out) in enumerate(requests, 1):
        cost = (Decimal("1.25") * tokens_in + Decimal("10.00") * tokens_out) / 1_000_000
        cell = charge(
            replace(cell, calls=(*cell.calls, text_call(n, tokens_in, tokens_out))),
            "content_generation",
            max(3, -(-(tokens_in + tokens_out) // 100)),
            tokens=(tokens_in, tokens_out),
            cost_usd=f"{cost:.6f}",
        )
        cell = replace(
            cell,
            rows=(
                *cell.rows,
                RowChange(
                    kind="content",
                    op="insert",
                    id=n,
                    before=None,
                    after={"id": n, "status": "draft", "account_id": 1, "task_id": None},
                ),
            ),
        )
    return cell


def lawful_images(count: int = 4, path: str = "manual") -> CellHistory:
    cell = replace(empty_cell(path), calls=tuple(image_call(n) for n in range(1, count + 1)))
    return charge(
        cell, "image_generation", count, model="dall-e-3", units=count, cost_usd=f"{Decimal('0.04') * count:.6f}"
    )


def context(scenario: Scenario = SCENARIO, **changes: Any) -> Context:
    facts = {"golden": None, "phase": 0, "path": "manual", "target": TARGET, "rates": RATES, **changes}
    return Context(scenario=scenario, **facts)


def laws() -> dict[str, Callable[[CellHistory, Context], Result]]:
    return {name: check for name, (_, check) in CELL_CHECKERS.items() if name.startswith("law-")}
