import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("igny8_auth", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="GlobalIntegrationSettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("openai_api_key", models.CharField(blank=True, db_default="", default="", max_length=500)),
                ("anthropic_api_key", models.CharField(blank=True, db_default="", default="", max_length=500)),
                ("bria_api_key", models.CharField(blank=True, db_default="", default="", max_length=500)),
                ("runware_api_key", models.CharField(blank=True, db_default="", default="", max_length=500)),
                (
                    "default_text_provider",
                    models.CharField(
                        blank=True,
                        choices=[("openai", "OpenAI"), ("anthropic", "Anthropic")],
                        db_default="openai",
                        default="openai",
                        max_length=32,
                    ),
                ),
                (
                    "openai_model",
                    models.CharField(
                        blank=True,
                        choices=[("gpt-5.1", "GPT-5.1"), ("gpt-4o-mini", "GPT-4o mini")],
                        db_default="gpt-5.1",
                        default="gpt-5.1",
                        max_length=100,
                    ),
                ),
                ("openai_temperature", models.FloatField(db_default=0.7, default=0.7)),
                ("openai_max_tokens", models.IntegerField(db_default=8192, default=8192)),
                (
                    "default_image_service",
                    models.CharField(
                        blank=True,
                        choices=[("openai", "OpenAI DALL-E"), ("runware", "Runware")],
                        db_default="runware",
                        default="runware",
                        max_length=32,
                    ),
                ),
                (
                    "dalle_model",
                    models.CharField(
                        blank=True,
                        choices=[("dall-e-3", "DALL-E 3")],
                        db_default="dall-e-3",
                        default="dall-e-3",
                        max_length=100,
                    ),
                ),
                (
                    "runware_model",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("runware:97@1", "HiDream-I1 Full (basic)"),
                            ("bria:10@1", "Bria 3.2 (quality)"),
                            ("google:4@2", "Nano Banana Pro (premium)"),
                        ],
                        db_default="bria:10@1",
                        default="bria:10@1",
                        max_length=100,
                    ),
                ),
                (
                    "image_style",
                    models.CharField(blank=True, db_default="photorealistic", default="photorealistic", max_length=100),
                ),
                (
                    "image_quality",
                    models.CharField(blank=True, db_default="standard", default="standard", max_length=32),
                ),
                ("max_in_article_images", models.IntegerField(db_default=3, default=3)),
                (
                    "updated_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "db_table": "igny8_global_integration_settings",
            },
        ),
        migrations.CreateModel(
            name="AccountAISettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text_model", models.CharField(blank=True, max_length=100, null=True)),
                ("image_model", models.CharField(blank=True, max_length=100, null=True)),
                ("image_style", models.CharField(blank=True, max_length=100, null=True)),
                ("max_in_article_images", models.IntegerField(blank=True, null=True)),
                ("temperature", models.FloatField(blank=True, null=True)),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "updated_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ai_settings", to="igny8_auth.account"
                    ),
                ),
            ],
            options={
                "db_table": "igny8_account_ai_settings",
            },
        ),
    ]
