from datetime import timedelta

from celery import Task, chord, group, shared_task
from django.db import transaction
from django.utils import timezone

from catalog import ai, studio
from catalog.models import Campaign, Order, Product
from till import ledger


class Paid(Task):
    """A task whose first argument is a paid order: what was paid comes back when the task has failed for good."""

    def on_failure(self, exc, task_id, args, kwargs, einfo):
        studio.fail(Order.objects.get(pk=args[0]), str(exc))


@shared_task(base=Paid, autoretry_for=ai.PASSING, retry_kwargs={'max_retries': 3, 'countdown': 15})
def draw(order_id):
    studio.draw(Order.objects.select_related('product').get(pk=order_id))


@shared_task
def describe(product_id):
    try:
        for _ in studio.describe(Product.objects.get(pk=product_id)):
            pass
    except (*studio.TROUBLE, ledger.BalanceTooLow) as exc:
        return {'product': product_id, 'error': type(exc).__name__}
    return {'product': product_id}


@shared_task
def describe_missing(limit=5):
    """Scheduled: products without a text get one."""
    found = Product.objects.filter(description='').values_list('pk', flat=True)[:limit]
    group(describe.s(pk) for pk in found).apply_async()


@shared_task(serializer='yaml')
def alt_texts(limit=20):
    return studio.alt_texts(limit)


@shared_task
def close_forgotten(hours=1):
    """Scheduled: orders whose worker never came back."""
    since = timezone.now() - timedelta(hours=hours)
    for order in Order.objects.filter(status=Order.Status.OPEN, created_at__lt=since):
        studio.fail(order, 'forgotten')


@shared_task(bind=True, serializer='msgpack', max_retries=2)
def teaser(self, campaign_id, product_id):
    """Never fails: a chord whose part fails has no end."""
    campaign = Campaign.objects.get(pk=campaign_id)
    try:
        return {'product': product_id, 'text': studio.teaser(campaign.angle, Product.objects.get(pk=product_id))}
    except ai.PASSING as exc:
        if self.request.retries < self.max_retries:
            raise self.retry(exc=exc, countdown=10 * (self.request.retries + 1))
        return {'product': product_id, 'error': str(exc)[:100]}
    except studio.TROUBLE as exc:
        return {'product': product_id, 'error': str(exc)[:100]}


@shared_task
def settle(results, campaign_id):
    with transaction.atomic():
        studio.settle_campaign(Campaign.objects.get(pk=campaign_id), results)


def launch(campaign):
    parts = [teaser.s(campaign.pk, product.pk) for product in campaign.products.order_by('pk')]
    chord(parts)(settle.s(campaign.pk))
