"""Two full runs whose rows stay: one before the migration, one after it. The world around them holds the edges.

The first leaves rows in every table; besides, it brings rows that a careless migration trips over: null prices, zero
balances, suspended accounts, inactive models, two models that show the same name, overrides that name an unknown
model, old transactions with no usage log, texts in other scripts.
"""

from __future__ import annotations

from harness.core.scenario import Path, Ref, Row, Scenario
from scenarios.asks import auto_cluster, run_automation
from scenarios.world import ENOUGH, TIDEWATER, business, given, image_model, keywords

TAPE = ("openai/automation/full_run", "runware/automation/full_run", "wordpress/automation/full_run")
OLD, NEW, QUEUED = "old-", "new-", "queued-"


def edges() -> tuple[Row, ...]:
    """Rows at the edges, in configuration and in customers' tables."""
    edge = {"account_id": Ref("edge-account")}
    return (
        Row(kind="account", name="edge-account", values={"name": "Café Zürich 東京", "owner_email": "", "credits": 0}),
        Row(kind="account", name="gone-account", values={"name": "Closed Ltd", "credits": 12, "status": "suspended"}),
        Row(kind="account_settings", name="edge-settings", values={**edge, "image_model": "midjourney:6@1", "text_model": "gpt-3"}),
        Row(kind="account_settings", name="gone-settings", values={"account_id": Ref("gone-account")}),
        Row(kind="site", name="edge-site", values={**edge, "name": "Ünïcode & Söhne", "is_active": False}),
        Row(kind="automation_config", name="edge-schedule", values={**edge, "site_id": Ref("edge-site"), "stages": []}),
        Row(kind="transaction", name="edge-purchase", values={**edge, "transaction_type": "purchase", "credits_amount": 50, "balance_after": 50}),
        Row(kind="transaction", name="edge-spent", values={**edge, "transaction_type": "adjustment", "credits_amount": -50, "balance_after": 0}),
        Row(kind="usage_log", name="edge-usage", values={**edge, "operation_type": "image_generation", "credits_used": 0, "model_used": "", "tokens_input": 0, "tokens_output": 0}),
        Row(kind="model_config", name="edge-model", values={"model_name": "dall-e-2", "display_name": "DALL-E 3", "model_type": "image", "provider": "openai", "is_active": False}),
        Row(kind="model_config", name="edge-text", values={"model_name": "gpt-4.1", "display_name": "GPT", "model_type": "text", "provider": "openai", "is_active": False}),
        Row(kind="credit_cost", name="edge-cost", values={"operation_type": "keyword_research", "display_name": "Keyword research", "tokens_per_credit": 1, "min_credits": 0, "is_active": False}),
    )  # fmt: skip


def full_run(name: str, prefix: str, title: str, extra: tuple[Row, ...] = ()) -> Scenario:
    return Scenario(
        id=f"migration/{name}",
        title=title,
        given=given(
            (
                *business(TIDEWATER, credits=1000, prefix=prefix),
                *keywords(TIDEWATER.keywords[:3], prefix=prefix),
                image_model("runware:97@1", prefix=prefix),
                *extra,
            ),
            actor=f"{prefix}owner",
        ),
        when=(run_automation(site=Ref(f"{prefix}site")),),
        paths=(Path.AUTOMATION,),
        tape=TAPE,
    )


SCENARIOS = (
    full_run("lived_in", OLD, "A full run among rows at the edges", edges()),
    full_run("still_living", NEW, "A full run of a customer who came after the migration"),
    Scenario(
        id="migration/queued",
        title="A task that one version of the code sends and another may have to serve",
        given=given(
            (
                *business(TIDEWATER, credits=ENOUGH, prefix=QUEUED),
                *keywords(TIDEWATER.keywords[:6], prefix=QUEUED),
            ),
            actor=f"{QUEUED}owner",
        ),
        when=(auto_cluster(ids=[Ref(f"{QUEUED}kw{n}") for n in range(1, 7)]),),
        paths=(Path.MANUAL,),
        tape=("openai/migration/queued",),
    ),
)
