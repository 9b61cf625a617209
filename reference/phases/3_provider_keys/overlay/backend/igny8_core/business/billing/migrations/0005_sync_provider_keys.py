"""From here on keys are read from IntegrationProvider: bring them up to date.

Until now GlobalIntegrationSettings alone was read, so a key that was rotated since 0004 was rotated there. The key that
works before this migration is the key that is used after it.
"""

from django.db import migrations

KEYS = [("openai", "openai_api_key"), ("runware", "runware_api_key")]


def sync(apps, schema_editor):
    settings = apps.get_model("system", "GlobalIntegrationSettings").objects.filter(pk=1).first()
    if settings is None:
        return
    for provider_id, column in KEYS:
        if key := getattr(settings, column, ""):
            providers = apps.get_model("billing", "IntegrationProvider").objects.filter(provider_id=provider_id)
            providers.exclude(api_key=key).update(api_key=key)


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0004_populate_providers_and_prices"),
        ("system", "0002_seed_global_settings"),
    ]

    # Backwards the keys stay: the code before reads them from GlobalIntegrationSettings, which nobody has changed.
    operations = [migrations.RunPython(sync, migrations.RunPython.noop)]
