from unittest import mock

import openai
from celery.exceptions import Retry
from django.core.management import call_command
from django.core.management.base import CommandError

from catalog import ai, tasks
from catalog.models import Campaign, Order, Picture, Product
from catalog.tests.base import ShopCase, answers, refused, words
from till import ledger


def streamed(*pieces, end=None):
    def stream(content, system):
        yield from pieces
        if end is not None:
            raise end
        return words(''.join(pieces))
    return mock.patch('catalog.ai.stream', stream)


class Describe(ShopCase):
    def test_streamed_and_paid(self):
        with streamed('A ', 'lamp.'):
            reply = self.post(f'/api/products/{self.lamp.pk}/describe/')
            body = b''.join(reply.streaming_content).decode()
        self.assertTrue(body.endswith('event: done\ndata: {}\n\n'))
        self.assertEqual(self.deltas(), [-9])
        self.lamp.refresh_from_db()
        self.assertEqual(self.lamp.description, 'A lamp.')

    def test_broken_off_is_free(self):
        with streamed('A ', end=ai.Unusable('early')):
            body = b''.join(self.post(f'/api/products/{self.lamp.pk}/describe/').streaming_content)
        self.assertIn(b'event: failed', body)
        self.assertEqual((self.deltas(), Order.objects.get().status), ([], Order.Status.FAILED))

    def test_command(self):
        with streamed('A lamp.'):
            call_command('describe', 'LAMP-1', stdout=mock.Mock())
        self.assertEqual(self.deltas(), [-9])

    def test_task_tells_what_went_wrong(self):
        with streamed(end=refused(400)):
            self.assertEqual(tasks.describe(self.lamp.pk)['error'], 'BadRequestError')


class Pictures(ShopCase):
    def order(self, **wanted):
        with mock.patch('catalog.tasks.draw.delay') as sent:
            reply = self.post(f'/api/products/{self.lamp.pk}/pictures/', wanted)
        return reply, sent

    def test_paid_when_ordered(self):
        reply, sent = self.order(size='512', count=3)
        self.assertEqual((reply.status_code, self.deltas()), (202, [-12]))
        with answers('draw', [(None, f'https://test.invalid/{n}') for n in range(3)]):
            tasks.draw.apply(sent.call_args.args)
        self.assertEqual((Picture.objects.count(), self.deltas()), (3, [-12]))

    def test_fewer_came(self):
        _, sent = self.order(count=3)
        with answers('draw', [(None, 'https://test.invalid/1')]):
            tasks.draw.apply(sent.call_args.args)
        self.assertEqual(self.deltas(), [-27, 18])

    def test_refused(self):
        _, sent = self.order()
        with answers('draw', refused(400)):
            tasks.draw.apply(sent.call_args.args)
        self.assertEqual((self.deltas(), Order.objects.get().status), ([-9, 9], Order.Status.FAILED))

    def test_busy_until_the_end(self):
        _, sent = self.order()
        busy = refused(429, openai.RateLimitError)
        with answers('draw', busy, busy, busy, busy):
            tasks.draw.apply(sent.call_args.args)
        self.assertEqual(self.deltas(), [-9, 9])

    def test_forgotten(self):
        self.order()
        tasks.close_forgotten()
        self.assertEqual(self.deltas(), [-9])
        Order.objects.update(created_at='2020-01-01T00:00:00Z')
        tasks.close_forgotten()
        tasks.close_forgotten()
        self.assertEqual(self.deltas(), [-9, 9])

    def test_too_dear(self):
        ledger.charge(Order.objects.create(operation='tags'), 92)
        reply, sent = self.order()
        self.assertEqual((reply.status_code, sent.called, Order.objects.count()), (402, False, 1))


class Campaigns(ShopCase):
    def setUp(self):
        super().setUp()
        self.products = [self.lamp] + [Product.objects.create(sku=f'p{n}', name=f'P{n}') for n in range(6)]

    def create(self):
        with mock.patch('catalog.tasks.launch') as launched:
            reply = self.post('/api/campaigns/', {'angle': 'spring', 'products': [p.pk for p in self.products]})
        self.assertEqual(reply.status_code, 201, reply.content)
        self.assertTrue(launched.called)
        return Campaign.objects.get()

    def test_those_that_came_are_paid_once(self):
        campaign = self.create()
        results = [{'product': p.pk, 'text': 'Light.'} for p in self.products[:6]]
        results.append({'product': self.products[6].pk, 'error': 'no'})
        tasks.settle(results, campaign.pk)
        tasks.settle(results, campaign.pk)
        self.assertEqual((self.deltas(), campaign.teasers.count()), ([-34], 6))

    def test_none_came(self):
        tasks.settle([{'product': self.lamp.pk, 'error': 'no'}], self.create().pk)
        self.assertEqual((self.deltas(), Order.objects.get().status), ([], Order.Status.FAILED))

    def test_a_part_is_tried_again_and_never_fails(self):
        campaign = self.create()
        busy = refused(429, openai.RateLimitError)
        with answers('ask', busy), mock.patch('catalog.tasks.teaser.retry', side_effect=Retry()) as again:
            tasks.teaser.apply((campaign.pk, self.lamp.pk))
        self.assertEqual(again.call_args.kwargs['countdown'], 10)
        with answers('ask', busy):
            self.assertIn('error', tasks.teaser.apply((campaign.pk, self.lamp.pk), retries=2).get())


class AltTextsAndTags(ShopCase):
    def test_alt_texts(self):
        order = Order.objects.create(operation='picture', product=self.lamp)
        for n in range(3):
            Picture.objects.create(product=self.lamp, order=order, url=f'https://test.invalid/{n}')
        with answers('ask', words('one'), ai.Unusable('cut'), words('three')):
            self.assertEqual(tasks.alt_texts(), 2)
        self.assertEqual(self.deltas(), [-1, -1])

    def test_tags(self):
        with answers('ask', words('{"lamp-1": ["light", "home"]}')):
            call_command('suggest_tags', stdout=mock.Mock())
        self.lamp.refresh_from_db()
        self.assertEqual((self.lamp.tags, self.deltas()), (['light', 'home'], [-5]))

    def test_nonsense_is_free(self):
        with answers('ask', words('{"other": ["x"]}')), self.assertRaises(CommandError):
            call_command('suggest_tags')
        self.assertEqual(self.deltas(), [])
