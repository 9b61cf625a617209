import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0002_seed_models_and_costs"),
    ]

    operations = [
        migrations.CreateModel(
            name="IntegrationProvider",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider_id", models.CharField(max_length=32, unique=True)),
                ("display_name", models.CharField(blank=True, db_default="", default="", max_length=255)),
                (
                    "provider_type",
                    models.CharField(
                        choices=[("text", "Text"), ("image", "Image"), ("mixed", "Mixed")],
                        db_default="text",
                        default="text",
                        max_length=32,
                    ),
                ),
                ("api_key", models.CharField(blank=True, db_default="", default="", max_length=500)),
                ("is_active", models.BooleanField(db_default=True, default=True)),
                (
                    "config",
                    models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "updated_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "db_table": "igny8_integration_providers",
            },
        ),
        migrations.AddField(
            model_name="aimodelconfig",
            name="credits_per_image",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="aimodelconfig",
            name="quality_tier",
            field=models.CharField(
                blank=True,
                choices=[("basic", "Basic"), ("quality", "Quality"), ("premium", "Premium")],
                max_length=16,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="aimodelconfig",
            name="tokens_per_credit",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
    ]
