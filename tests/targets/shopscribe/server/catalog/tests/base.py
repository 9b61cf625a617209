from unittest import mock

import httpx
import openai
from django.test import TestCase

from catalog.ai import Words
from catalog.models import Product
from till import ledger
from till.authentication import digest
from till.models import ApiKey, Statement


class ShopCase(TestCase):
    cents = 100

    def setUp(self):
        ledger.deposit(self.cents, 'start')
        ApiKey.objects.create(label='test', digest=digest('k'), scopes=['read', 'spend'])
        self.headers = {'X-Api-Key': 'k'}
        self.lamp = Product.objects.create(sku='lamp-1', name='Lamp', facts={'watts': 4})

    def post(self, path, data=None, **more):
        with self.captureOnCommitCallbacks(execute=True):
            return self.client.post(path, data or {}, content_type='application/json', headers=self.headers, **more)

    def deltas(self):
        return list(Statement.objects.order_by('entry_id').values_list('delta', flat=True)[1:])


def words(text='A lamp.', tokens_in=1000, tokens_out=500):
    return Words(text, tokens_in, tokens_out)


def refused(status, kind=openai.BadRequestError):
    request = httpx.Request('POST', 'https://test.invalid')
    return kind('no', response=httpx.Response(status, request=request), body=None)


def answers(name, *results):
    return mock.patch(f'catalog.ai.{name}', side_effect=results)
