from decimal import Decimal

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand

from desk import work


class Command(BaseCommand):
    help = "Open a workspace with its owner and a wallet"

    def add_arguments(self, parser):
        parser.add_argument("name")
        parser.add_argument("--owner", required=True)
        parser.add_argument("--password", required=True)
        parser.add_argument("--credits", type=Decimal, default=Decimal(0))
        parser.add_argument("--language", default="EN-GB")
        parser.add_argument("--digest", action="store_true")

    def handle(self, *args, name, owner, password, credits, language, digest, **options):
        users = get_user_model().objects
        user = users.filter(username=owner).first() or users.create_user(owner, password=password)
        workspace = work.open_workspace(name, user, credits, language=language, nightly_digest=digest)
        self.stdout.write(str(workspace.uuid))
