"""Keys to IntegrationProvider, for good; the installation's choice of models to AIModelConfig.is_default.

What phase 6 used is what phase 7 uses: the provider's key if the provider is active and has one, else the settings'
key; and, as default, the model that the settings chose, if AIModelConfig has it.

The way back restores values and not defaults. What it needs lies in IntegrationProvider.config under `MEMORY`: there,
because IntegrationProvider is the only table that may hold a key.
"""

from django.db import migrations

MEMORY = "before_cleanup"
# provider_id, display_name, provider_type, column of its key, choices to remember with it, model type of its choice
PROVIDERS = [
    ("openai", "OpenAI", "mixed", "openai_api_key", ["openai_model", "dalle_model", "default_text_provider"], "text"),
    ("runware", "Runware", "image", "runware_api_key", ["runware_model", "default_image_service"], "image"),
    ("anthropic", "Anthropic", "text", "anthropic_api_key", [], ""),
    ("bria", "Bria", "image", "bria_api_key", [], ""),
]
USED = ("openai", "runware")


def move(apps, schema_editor):
    settings = apps.get_model("system", "GlobalIntegrationSettings").objects.filter(pk=1).first()
    if settings is None:
        return
    providers = apps.get_model("billing", "IntegrationProvider").objects
    for provider_id, label, kind, column, choices, model_type in PROVIDERS:
        key = getattr(settings, column)
        provider = providers.filter(provider_id=provider_id).first()
        memory = {"choices": {name: getattr(settings, name) for name in choices}}
        if provider is None:
            if not key and not choices:
                continue
            memory["made"] = True
            provider = providers.create(
                provider_id=provider_id,
                display_name=label,
                provider_type=kind,
                api_key=key,
                is_active=provider_id in USED,
            )
        elif key and not (provider.is_active and provider.api_key):
            memory["provider"] = {"api_key": provider.api_key, "is_active": provider.is_active}
            provider.api_key, provider.is_active = key, provider.is_active or provider_id in USED
        elif key != provider.api_key:
            memory["settings_key"] = key
        if model_type:
            memory["defaults"] = _choose_default(apps, model_type, _chosen(settings, model_type))
        providers.filter(pk=provider.pk).update(
            api_key=provider.api_key, is_active=provider.is_active, config={**provider.config, MEMORY: memory}
        )


def move_back(apps, schema_editor):
    """A key that was rotated since is the one that goes back: it is the one that works."""
    settings = apps.get_model("system", "GlobalIntegrationSettings").objects.filter(pk=1)
    providers = apps.get_model("billing", "IntegrationProvider").objects
    for provider_id, _label, _kind, column, _choices, _model_type in PROVIDERS:
        provider = providers.filter(provider_id=provider_id).first()
        if provider is None:
            continue
        config = dict(provider.config)
        memory = config.pop(MEMORY, {})
        key = memory.get("settings_key", provider.api_key)
        settings.update(**{column: key}, **memory.get("choices", {}))
        _restore_defaults(apps, memory.get("defaults"))
        if memory.get("made"):
            provider.delete()
        else:
            providers.filter(pk=provider.pk).update(config=config, **memory.get("provider", {}))


def _chosen(settings, model_type):
    if model_type == "text":
        return settings.openai_model
    return settings.dalle_model if settings.default_image_service == "openai" else settings.runware_model


def _choose_default(apps, model_type, name):
    """Make a known, active model the only default of its type. Return what is needed to undo that, if it was done."""
    models = apps.get_model("billing", "AIModelConfig").objects.filter(model_type=model_type)
    chosen = models.filter(model_name=name, is_active=True).first()
    before = sorted(models.filter(is_default=True).values_list("model_name", flat=True))
    if chosen is None or before == [name]:
        return None
    models.update(is_default=False)
    models.filter(pk=chosen.pk).update(is_default=True)
    return {"model_type": model_type, "before": before, "after": name}


def _restore_defaults(apps, memory):
    """Unless somebody has chosen another default since."""
    if not memory:
        return
    models = apps.get_model("billing", "AIModelConfig").objects.filter(model_type=memory["model_type"])
    if list(models.filter(is_default=True).values_list("model_name", flat=True)) == [memory["after"]]:
        models.update(is_default=False)
        models.filter(model_name__in=memory["before"]).update(is_default=True)


class Migration(migrations.Migration):
    dependencies = [
        ("system", "0002_seed_global_settings"),
        ("billing", "0005_sync_provider_keys"),
    ]

    operations = [migrations.RunPython(move, move_back)]
