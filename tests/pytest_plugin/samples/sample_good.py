"""What a backend's own tests look like with the plugin; run by tests/pytest_plugin/test_plugin.py in the target's environment."""

import pytest
import requests
from igny8_core.ai.tasks import run_ai_task
from igny8_core.auth.models import Account
from igny8_core.business.billing.services.credit_service import CreditService


@pytest.mark.cells("planner/cluster_keywords", "writer/images_worker_killed@manual")
def test_cells_are_as_locked(cell, drive):
    drive(cell)


def test_what_a_cell_did_is_there_to_look_at(drive):
    seen = drive("planner/cluster_keywords@manual")
    assert seen.accounts["account"] == (500, 495)
    assert [row.credits for row in seen.ledger] == [-5]
    assert [call.route for call in seen.calls] == ["openai POST /v1/chat/completions"]


@pytest.mark.django_db
def test_a_charge_in_the_tests_own_transaction(ledger):
    account = Account.objects.create(name="Someone", credits=50)
    with ledger(account) as seen:
        CreditService.deduct_credits_for_operation(
            account, "clustering", tokens_input=300, tokens_output=700, model_used="gpt-5.1", cost_usd="0.007375"
        )
    assert seen.charged_credits == 7
    assert [row.operation for row in seen.usage] == ["clustering"]


@pytest.mark.django_db
def test_the_database_is_as_it_was(ledger):
    assert not Account.objects.filter(name="Someone").exists()


@pytest.mark.django_db
def test_tasks_wait_until_they_are_asked_for(run_tasks, providers):
    account = Account.objects.create(name="Someone", credits=50)
    run_ai_task.delay("auto_cluster", {"ids": []}, account.pk)
    (task,) = run_tasks()
    assert task.state == "SUCCESS"
    assert task.result["errors"][0]["code"] == "validation_error"
    assert providers.calls == ()


@pytest.mark.django_db
def test_the_schedule_hour_by_hour(schedule, run_tasks):
    hours = []
    for moment in schedule("2026-01-05 06:30", "2026-01-05 09:00"):
        hours.append((moment.hour, run_tasks()[-1].state))
    assert hours == [(7, "SUCCESS"), (8, "SUCCESS"), (9, "SUCCESS")]


def test_nothing_else_can_be_reached():
    with pytest.raises(requests.ConnectionError, match=r"example\.com is not a provider host"):
        requests.get("https://example.com/")
