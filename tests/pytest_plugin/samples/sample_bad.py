"""Each of these must fail, and say why; tests/pytest_plugin/test_plugin.py holds them to their words."""

import os

import pytest
import requests
from igny8_core.ai.tasks import run_ai_task
from igny8_core.auth.models import Account
from igny8_core.business.billing.models import CreditTransaction, CreditUsageLog
from igny8_core.business.billing.services.credit_service import CreditService

from harness.core.scenario import Cell, Given, Path, Scenario


def deduct(account):
    CreditService.deduct_credits_for_operation(
        account, "clustering", tokens_input=300, tokens_output=700, model_used="gpt-5.1", cost_usd="0.007375"
    )


def test_a_test_that_ends_the_process(harness_session):
    os._exit(0)


OPENAI = "https://api.openai.com/v1/chat/completions"


def test_a_mischarge(drive, monkeypatch):
    real = CreditService.calculate_credits_from_tokens
    monkeypatch.setattr(CreditService, "calculate_credits_from_tokens", staticmethod(lambda *words: real(*words) + 2))
    drive("planner/cluster_keywords@manual")


@pytest.mark.django_db
def test_a_balance_without_a_transaction(ledger):
    account = Account.objects.create(name="Someone", credits=50)
    with ledger(account):
        Account.objects.filter(pk=account.pk).update(credits=40)


@pytest.mark.django_db
def test_a_charge_off_the_rate_card(ledger):
    account = Account.objects.create(name="Someone", credits=50)
    with ledger(account):
        CreditService.deduct_credits_for_operation(
            account,
            "clustering",
            tokens_input=300,
            tokens_output=700,
            model_used="gpt-5.1",
            cost_usd="0.007375",
            amount=9,
        )


@pytest.mark.django_db
def test_a_deduction_beyond_its_log(ledger, monkeypatch):
    account = Account.objects.create(name="Someone", credits=50)
    with ledger(account):
        deduct(account)
        CreditTransaction.objects.filter(account=account).update(credits_amount=-9, balance_after=41)
        Account.objects.filter(pk=account.pk).update(credits=41)


@pytest.mark.django_db
def test_a_deduction_made_twice(ledger):
    account = Account.objects.create(name="Someone", credits=50)
    with ledger(account):
        deduct(account)
        deduct(account)
        CreditUsageLog.objects.filter(account=account).first().delete()


@pytest.mark.django_db
def test_a_task_that_fails(run_tasks):
    run_ai_task.delay("auto_cluster", 5, Account.objects.create(name="Someone").pk)
    run_tasks()


@pytest.mark.django_db
def test_a_task_that_nobody_ran(run_tasks):
    run_tasks()
    run_ai_task.apply_async(("auto_cluster", {"ids": []}, 1), countdown=60)


def test_a_first_tape_that_was_not_played(providers):
    providers.play("openai/planner/cluster_keywords")
    providers.play()


def test_a_cell_that_no_folder_holds(drive):
    scenario = Scenario(id="no/where", title="", given=Given(rows=()), when=(), paths=(Path.MANUAL,))
    drive(Cell(scenario=scenario, path=Path.MANUAL))


def test_a_call_that_nobody_recorded(providers):
    providers.play("openai/planner/cluster_keywords")
    answer = requests.post(
        OPENAI, json={"model": "gpt-5.1", "messages": [{"role": "user", "content": "hi"}]}, timeout=10
    )
    assert answer.status_code >= 400


def test_a_recording_that_nobody_asked_for(providers):
    providers.play("openai/planner/cluster_keywords")


@pytest.mark.django_db
def test_drive_in_a_transaction(drive):
    drive("planner/cluster_keywords@manual")


def test_a_name_of_several_cells(drive):
    drive("planner/cluster_keywords")


@pytest.mark.django_db
def test_a_ledger_of_nobody(ledger):
    with ledger(987654):
        pass
