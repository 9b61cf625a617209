from decimal import Decimal

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
            name="AIModelConfig",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("model_name", models.CharField(max_length=100, unique=True)),
                ("display_name", models.CharField(blank=True, db_default="", default="", max_length=255)),
                ("model_type", models.CharField(choices=[("text", "Text"), ("image", "Image")], max_length=16)),
                ("provider", models.CharField(max_length=32)),
                ("is_active", models.BooleanField(db_default=True, default=True)),
                ("is_default", models.BooleanField(db_default=False, default=False)),
                ("sort_order", models.IntegerField(db_default=0, default=0)),
                ("cost_per_image", models.DecimalField(blank=True, decimal_places=4, max_digits=10, null=True)),
                ("input_cost_per_1m", models.DecimalField(blank=True, decimal_places=4, max_digits=10, null=True)),
                ("output_cost_per_1m", models.DecimalField(blank=True, decimal_places=4, max_digits=10, null=True)),
                ("max_tokens", models.IntegerField(blank=True, null=True)),
                (
                    "valid_sizes",
                    models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list),
                ),
            ],
            options={
                "db_table": "igny8_ai_model_config",
            },
        ),
        migrations.CreateModel(
            name="CreditCostConfig",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("operation_type", models.CharField(max_length=64, unique=True)),
                ("display_name", models.CharField(blank=True, db_default="", default="", max_length=255)),
                ("tokens_per_credit", models.PositiveIntegerField(db_default=100, default=100)),
                ("min_credits", models.PositiveIntegerField(db_default=1, default=1)),
                (
                    "price_per_credit_usd",
                    models.DecimalField(
                        db_default=Decimal("0.0100"), decimal_places=4, default=Decimal("0.0100"), max_digits=10
                    ),
                ),
                ("is_active", models.BooleanField(db_default=True, default=True)),
            ],
            options={
                "db_table": "igny8_credit_cost_config",
            },
        ),
        migrations.CreateModel(
            name="CreditTransaction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "transaction_type",
                    models.CharField(
                        choices=[
                            ("purchase", "Purchase"),
                            ("subscription", "Subscription"),
                            ("refund", "Refund"),
                            ("deduction", "Deduction"),
                            ("adjustment", "Adjustment"),
                        ],
                        max_length=16,
                    ),
                ),
                ("credits_amount", models.IntegerField()),
                ("balance_after", models.IntegerField()),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=255)),
                (
                    "metadata",
                    models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="credit_transactions",
                        to="igny8_auth.account",
                    ),
                ),
            ],
            options={
                "db_table": "igny8_credit_transactions",
            },
        ),
        migrations.CreateModel(
            name="CreditUsageLog",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("operation_type", models.CharField(max_length=64)),
                ("credits_used", models.PositiveIntegerField()),
                ("cost_usd", models.DecimalField(blank=True, decimal_places=6, max_digits=10, null=True)),
                ("model_used", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("tokens_input", models.PositiveIntegerField(db_default=0, default=0)),
                ("tokens_output", models.PositiveIntegerField(db_default=0, default=0)),
                ("related_object_type", models.CharField(blank=True, db_default="", default="", max_length=64)),
                ("related_object_id", models.BigIntegerField(blank=True, null=True)),
                (
                    "metadata",
                    models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="credit_usage_logs",
                        to="igny8_auth.account",
                    ),
                ),
            ],
            options={
                "db_table": "igny8_credit_usage_logs",
            },
        ),
    ]
