"""What a run of the reference says that it watched: for histories that a test writes by hand."""

from __future__ import annotations

from harness.backend.tables import document
from harness.core.config import Table

MODELS = """
Account igny8_accounts account, Cluster igny8_clusters cluster, ContentIdea igny8_content_ideas content_idea, Task igny8_tasks task,
Content igny8_content content, Image igny8_images image, AutomationRun igny8_automation_runs automation_run,
AccountAISettings igny8_account_ai_settings account_ai_settings, AIModelConfig igny8_ai_model_config ai_model_config,
CreditTransaction igny8_credit_transactions credit_transaction, CreditUsageLog igny8_credit_usage_logs credit_usage_log,
CreditCostConfig igny8_credit_cost_config credit_cost_config,
GlobalIntegrationSettings igny8_global_integration_settings global_integration_settings
"""
STATES = {"task": ("in_progress",), "image": ("generating",), "automation_run": ("running",)}


def _table(model: str, table: str, kind: str) -> Table:
    states = STATES.get(kind, ())
    return Table(kind=kind, table=table, model=f"app.{model}", choices={"status": states} if states else {}, said=False)


WATCHED = document(_table(*line.split()) for line in MODELS.replace("\n", " ").split(","))
