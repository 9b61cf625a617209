from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from django.core.management.base import BaseCommand
from django.utils import timezone

from purse import book


class Command(BaseCommand):
    help = "Give a workspace bonus credits, optionally for some days only"

    def add_arguments(self, parser):
        parser.add_argument("workspace")
        parser.add_argument("credits", type=Decimal)
        parser.add_argument("--days", type=int)

    def handle(self, *args, workspace, credits, days, **options):
        until = timezone.now() + timedelta(days=days) if days else None
        movement = book.add(workspace, "grant", credits, f"grant:{uuid4()}", note="bonus", lapses_at=until)
        self.stdout.write(f"{movement.available_after} available")
