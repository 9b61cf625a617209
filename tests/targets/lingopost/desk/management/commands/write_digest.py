from datetime import date, timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from desk import work
from desk.models import Job, Workspace


class Command(BaseCommand):
    help = "Write the digest of a day now (yesterday unless said otherwise)"

    def add_arguments(self, parser):
        parser.add_argument("workspace")
        parser.add_argument("--day", type=date.fromisoformat)

    def handle(self, *args, workspace, day, **options):
        day = day or timezone.localdate() - timedelta(days=1)
        job = work.digest(Workspace.objects.get(uuid=workspace), day)
        if job is None:
            self.stdout.write("nothing to write")
        elif job.state == Job.FAILED:
            raise CommandError(job.trouble)
        else:
            self.stdout.write(job.output["text"])
