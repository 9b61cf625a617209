from celery import shared_task

from purse import book


@shared_task(name="lingopost.money.lapse_bonus")
def lapse_bonus():
    book.lapse()


@shared_task(name="lingopost.money.buy")
def buy(workspace_id, pack, credits, event):
    book.add(workspace_id, "topup", credits, f"pay:{event}", note=f"pack {pack}")


@shared_task(name="lingopost.money.charged_back")
def charged_back(workspace_id, credits, event):
    book.take_away(workspace_id, "chargeback", credits, f"pay:{event}", note="payment was reversed")
