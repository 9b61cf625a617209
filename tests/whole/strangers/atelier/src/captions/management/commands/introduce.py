from django.core.management.base import BaseCommand

from captions.models import Album
from captions.services import introduce_album


class Command(BaseCommand):
    help = "Introduce one album of a studio, now."

    def add_arguments(self, parser):
        parser.add_argument("studio", help="slug of the studio")
        parser.add_argument("--album", type=int, required=True)

    def handle(self, *args, studio, album, **options):
        introduce_album(Album.objects.get(pk=album, studio__slug=studio))
