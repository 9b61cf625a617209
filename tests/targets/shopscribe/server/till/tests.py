import hashlib
import hmac
import json

from django.conf import settings
from django.db import Error, transaction

from catalog.models import Order
from catalog.tests.base import ShopCase
from till import ledger
from till.models import Entry


class Till(ShopCase):
    def test_not_below_zero(self):
        order = Order.objects.create(operation='tags')
        with self.assertRaises(ledger.BalanceTooLow):
            ledger.charge(order, 101)
        ledger.charge(order, 100)
        self.assertEqual(ledger.balance(), 0)

    def test_entries_stand(self):
        with self.assertRaisesMessage(Error, 'never changed'), transaction.atomic():
            Entry.objects.update(cents=1)

    def test_refund_is_at_most_what_was_paid(self):
        order = Order.objects.create(operation='tags')
        ledger.charge(order, 10)
        ledger.refund(order, 'part', 4)
        ledger.refund(order, 'rest')
        ledger.refund(order, 'again')
        self.assertEqual(self.deltas(), [-10, 4, 6])

    def test_prices(self):
        self.assertEqual([ledger.describe_price(*n) for n in ((1, 1), (1000, 500), (1001, 500))], [2, 9, 10])
        self.assertEqual([ledger.campaign_price(n) for n in (1, 5, 7)], [6, 30, 38])
        self.assertEqual([ledger.tags_price(n) for n in (1, 10, 11)], [5, 5, 10])

    def test_keys_and_scopes(self):
        self.assertEqual(self.client.get('/api/balance/').status_code, 401)
        self.assertEqual(self.client.get('/api/balance/', headers={'X-Api-Key': 'x'}).status_code, 401)
        self.assertEqual(self.client.get('/api/balance/', headers=self.headers).json(), {'cents': 100})

    def test_cursor(self):
        for n in range(3):
            ledger.deposit(1, str(n))
        page = self.client.get('/api/statement/?limit=2', headers=self.headers).json()
        self.assertEqual([row['memo'] for row in page['results']], ['2', '1'])
        page = self.client.get(page['next'], headers=self.headers).json()
        self.assertEqual([row['balance'] for row in page['results']], [101, 100])

    def test_deposit_by_the_bank(self):
        body = json.dumps({'reference': 'R1', 'cents': 500})
        mark = hmac.new(settings.DEPOSIT_SECRET.encode(), body.encode(), hashlib.sha256).hexdigest()
        send = lambda mark: self.client.post(  # noqa: E731
            '/api/deposits/', body, content_type='application/json', headers={'X-Signature-256': f'sha256={mark}'})
        self.assertEqual([send('00').status_code, send(mark).status_code, send(mark).status_code], [403, 201, 200])
        self.assertEqual(ledger.balance(), 600)
