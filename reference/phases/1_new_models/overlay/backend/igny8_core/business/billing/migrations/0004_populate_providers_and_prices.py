"""What an image of each tier costs in credits, and the providers with the keys that are in use.

Only what is missing is filled in: a price that somebody has set, or a provider that is there, stays. Text models get
no tokens_per_credit: the rate differs by operation (100, 150, 200 or 300 tokens a credit) and not by model, so no one
number would leave every price as it is. Null keeps CreditCostConfig in charge.
"""

from django.db import migrations

# model_name, tier, credits an image
IMAGE_PRICES = [
    ("runware:97@1", "basic", 1),
    ("dall-e-3", "quality", 5),
    ("google:4@2", "premium", 15),
]
# provider_id, display_name, provider_type, the column of GlobalIntegrationSettings that holds its key
PROVIDERS = [
    ("openai", "OpenAI", "mixed", "openai_api_key"),
    ("runware", "Runware", "image", "runware_api_key"),
]


def populate(apps, schema_editor):
    models = apps.get_model("billing", "AIModelConfig").objects.filter(model_type="image")
    for name, tier, credits in IMAGE_PRICES:
        models.filter(model_name=name, credits_per_image__isnull=True).update(credits_per_image=credits)
        models.filter(model_name=name, quality_tier__isnull=True).update(quality_tier=tier)
    settings = apps.get_model("system", "GlobalIntegrationSettings").objects.filter(pk=1).first()
    for provider_id, label, kind, column in PROVIDERS:
        apps.get_model("billing", "IntegrationProvider").objects.get_or_create(
            provider_id=provider_id,
            defaults={"display_name": label, "provider_type": kind, "api_key": getattr(settings, column, "")},
        )


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0003_integration_provider"),
        ("system", "0002_seed_global_settings"),
    ]

    # Backwards there is nothing to do: all of this lies in what 0003 takes away.
    operations = [migrations.RunPython(populate, migrations.RunPython.noop)]
