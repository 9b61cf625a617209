from django.core.management.base import BaseCommand, CommandError

from catalog import studio
from catalog.models import Product
from till.ledger import BalanceTooLow


class Command(BaseCommand):
    help = 'Tags for products that have none, or for those named'

    def add_arguments(self, parser):
        parser.add_argument('skus', nargs='*')

    def handle(self, *args, **options):
        products = Product.objects.filter(tags=[])
        if options['skus']:
            products = Product.objects.filter(sku__in=options['skus'])
        products = list(products[:40])
        if not products:
            self.stdout.write('all have tags')
            return
        try:
            studio.suggest_tags(products)
        except (*studio.TROUBLE, BalanceTooLow) as exc:
            raise CommandError(str(exc)) from exc
        for product in products:
            self.stdout.write(f'{product.sku}: {", ".join(product.tags)}')
