"""The settings row, with provider keys from the environment or placeholders for local work."""

import os

from django.db import migrations


def seed(apps, schema_editor):
    apps.get_model("system", "GlobalIntegrationSettings").objects.get_or_create(
        pk=1,
        defaults={
            "openai_api_key": os.environ.get("OPENAI_API_KEY") or "sk-igny8-local-0000000000000000",
            "runware_api_key": os.environ.get("RUNWARE_API_KEY") or "rw-igny8-local-0000000000000000",
        },
    )


def unseed(apps, schema_editor):
    apps.get_model("system", "GlobalIntegrationSettings").objects.filter(pk=1).delete()


class Migration(migrations.Migration):
    dependencies = [("system", "0001_initial")]

    operations = [migrations.RunPython(seed, unseed)]
