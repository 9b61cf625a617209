from django.db import migrations

REMOVED = [
    "openai_api_key",
    "anthropic_api_key",
    "bria_api_key",
    "runware_api_key",
    "openai_model",
    "dalle_model",
    "runware_model",
    "default_text_provider",
    "default_image_service",
]


class Migration(migrations.Migration):
    dependencies = [("system", "0003_move_keys_and_choices")]

    operations = [migrations.RemoveField(model_name="globalintegrationsettings", name=name) for name in REMOVED]
