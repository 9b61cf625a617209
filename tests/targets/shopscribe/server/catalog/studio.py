"""What can be ordered. Money is in till.ledger, the providers are in catalog.ai."""

import base64
import json
import logging

import httpx
import openai
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from catalog import ai
from catalog.models import Order, Picture
from till import ledger

logger = logging.getLogger('shopscribe.studio')

COPY = 'You write product descriptions for a web shop: two short paragraphs, no superlatives, no invented facts.'
ALT = 'Describe the picture for people who cannot see it, in one sentence of at most 120 characters.'
TEASER = 'Write one teaser line for a product, at most twelve words. The angle of the campaign is: '
TAGS = 'Give each product up to five tags. Answer with a JSON object: SKU to list of tags.'

#: everything that may go wrong between us and a provider
TROUBLE = (openai.OpenAIError, ai.Unusable, httpx.HTTPError, OSError, ValueError)


def about(product):
    facts = '\n'.join(f'{name}: {value}' for name, value in sorted(product.facts.items()))
    return f'{product.name} ({product.sku})\n{facts}'.strip()


def shown(picture):
    if picture.url:
        return picture.url
    with picture.file.open('rb') as file:
        return f'data:image/png;base64,{base64.b64encode(file.read()).decode()}'


def describe(product):
    """Yields the text as it comes. Paid for when it is complete; a text that broke off costs nothing."""
    ledger.require(settings.PRICES['describe']['least'])
    order = Order.objects.create(operation=Order.Operation.DESCRIBE, product=product)
    try:
        words = yield from ai.stream(about(product), system=COPY)
        with transaction.atomic():
            ledger.charge(order, ledger.describe_price(words.tokens_in, words.tokens_out))
            product.description, product.described_at = words.text, timezone.now()
            product.save(update_fields=['description', 'described_at'])
            order.finish(Order.Status.DONE, {'tokens': [words.tokens_in, words.tokens_out]})
    except GeneratorExit:
        order.finish(Order.Status.FAILED, {'error': 'the reader went away'})
        raise
    except (*TROUBLE, ledger.BalanceTooLow) as exc:
        logger.warning('describe %s: %s', product.sku, exc)
        order.finish(Order.Status.FAILED, {'error': str(exc)[:200]})
        raise


def order_pictures(product, size, count):
    with transaction.atomic():
        order = Order.objects.create(
            operation=Order.Operation.PICTURE, product=product, wanted={'size': size, 'count': count})
        ledger.charge(order, ledger.picture_price(size, count), f'{count} x {size}')
    return order


def draw(order):
    """Make the pictures of a paid order. What did not come is given back."""
    size, count = order.wanted['size'], order.wanted['count']
    images = ai.draw(f'Studio photograph on white: {about(order.product)}', size, count)
    if not images:
        raise ai.Unusable('no picture came')
    with transaction.atomic():
        for number, (data, url) in enumerate(images[:count]):
            picture = Picture(product=order.product, order=order, url=url or '')
            if data:
                picture.file.save(f'{order.pk}-{number}.png', ContentFile(base64.b64decode(data)), save=False)
            picture.save()
        order.finish(Order.Status.DONE, {'pictures': len(images[:count])})
        if len(images) < count:
            ledger.refund(order, 'fewer pictures', ledger.picture_price(size, count - len(images)))


def fail(order, error):
    """What was paid for the order and not given back yet comes back."""
    with transaction.atomic():
        ledger.refund(order, 'failed')
        order.finish(Order.Status.FAILED, {'error': error[:200]})


def alt_texts(limit):
    """Alternative texts for pictures without one. Returns how many were written."""
    written = 0
    for picture in Picture.objects.filter(alt='').select_related('product').order_by('pk')[:limit]:
        order = Order.objects.create(operation=Order.Operation.ALT_TEXT, product=picture.product)
        content = [{'type': 'text', 'text': picture.product.name}, {'type': 'image_url', 'image_url': {'url': shown(picture)}}]
        try:
            words = ai.ask(content, system=ALT)
            with transaction.atomic():
                ledger.charge(order, settings.PRICES['alt_text'])
                picture.alt = words.text[:250]
                picture.save(update_fields=['alt'])
                order.finish(Order.Status.DONE, {'picture': picture.pk})
        except ledger.BalanceTooLow as exc:
            order.finish(Order.Status.FAILED, {'error': str(exc)})
            break
        except TROUBLE as exc:
            order.finish(Order.Status.FAILED, {'error': str(exc)[:200]})
            continue
        written += 1
    return written


def teaser(angle, product):
    return ai.ask(about(product), system=TEASER + angle).text


def settle_campaign(campaign, results):
    """Charge for the teasers that came, once, and hand them over. Without the money there are none."""
    came = [result for result in results if result.get('text')]
    order = Order.objects.select_for_update().get(pk=campaign.order_id)
    if order.status != Order.Status.OPEN:
        return
    if not came:
        order.finish(Order.Status.FAILED, {'error': 'no teaser came'})
        return
    try:
        ledger.charge(order, ledger.campaign_price(len(came)), f'{len(came)} teasers')
    except ledger.BalanceTooLow as exc:
        order.finish(Order.Status.FAILED, {'error': str(exc)})
        return
    for result in came:
        campaign.teasers.create(product_id=result['product'], text=result['text'])
    order.finish(Order.Status.DONE, {'teasers': len(came), 'failed': len(results) - len(came)})


def suggest_tags(products):
    """One question for all products. Raises BalanceTooLow, Unusable and what the provider's client raises."""
    price = ledger.tags_price(len(products))
    ledger.require(price)
    order = Order.objects.create(operation=Order.Operation.TAGS, wanted={'products': [p.pk for p in products]})
    try:
        words = ai.ask('\n\n'.join(map(about, products)), system=TAGS, as_json=True)
        try:
            found = json.loads(words.text)
        except ValueError as exc:
            raise ai.Unusable('no JSON') from exc
        if not isinstance(found, dict) or not any(found.get(product.sku) for product in products):
            raise ai.Unusable('no tags')
        with transaction.atomic():
            for product in products:
                tags = found.get(product.sku, [])
                product.tags = [str(tag)[:30] for tag in tags][:5] if isinstance(tags, list) else []
                product.save(update_fields=['tags'])
            ledger.charge(order, price, f'{len(products)} products')
            order.finish(Order.Status.DONE, {'tagged': sorted(found)})
    except (*TROUBLE, ledger.BalanceTooLow) as exc:
        order.finish(Order.Status.FAILED, {'error': str(exc)[:200]})
        raise
