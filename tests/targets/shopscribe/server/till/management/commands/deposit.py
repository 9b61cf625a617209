from django.core.management.base import BaseCommand

from till import ledger


class Command(BaseCommand):
    help = 'Put cents into the till by hand'

    def add_arguments(self, parser):
        parser.add_argument('cents', type=int)
        parser.add_argument('--memo', default='by hand')

    def handle(self, *args, **options):
        ledger.deposit(options['cents'], options['memo'])
        self.stdout.write(f'{ledger.balance()} cents')
