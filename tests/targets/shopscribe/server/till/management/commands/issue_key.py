import secrets

from django.core.management.base import BaseCommand

from till.authentication import digest
from till.models import ApiKey


class Command(BaseCommand):
    help = 'Make an API key; it is shown once'

    def add_arguments(self, parser):
        parser.add_argument('label')
        parser.add_argument('--scope', action='append', choices=['read', 'spend'], default=[])

    def handle(self, *args, **options):
        key = f'ss-{secrets.token_urlsafe(24)}'
        ApiKey.objects.create(label=options['label'], digest=digest(key), scopes=options['scope'] or ['read'])
        self.stdout.write(key)
