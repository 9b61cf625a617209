from django.core.management.base import BaseCommand

from catalog import studio


class Command(BaseCommand):
    help = 'Write missing alternative texts, now'

    def add_arguments(self, parser):
        parser.add_argument('--limit', type=int, default=20)

    def handle(self, *args, **options):
        self.stdout.write(f'{studio.alt_texts(options["limit"])} written')
