from django.core.management.base import BaseCommand, CommandError

from catalog import studio
from catalog.models import Product
from till.ledger import BalanceTooLow


class Command(BaseCommand):
    help = 'Write the description of a product, now'

    def add_arguments(self, parser):
        parser.add_argument('sku')

    def handle(self, *args, **options):
        product = Product.objects.get(sku_key=options['sku'].upper())
        try:
            for piece in studio.describe(product):
                self.stdout.write(piece, ending='')
        except (*studio.TROUBLE, BalanceTooLow) as exc:
            raise CommandError(str(exc)) from exc
        self.stdout.write()
