import datetime

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import igny8_core.business.automation.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("igny8_auth", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AutomationConfig",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "updated_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("is_enabled", models.BooleanField(db_default=False, default=False)),
                (
                    "frequency",
                    models.CharField(
                        choices=[("daily", "Daily"), ("weekly", "Weekly"), ("monthly", "Monthly")],
                        db_default="daily",
                        default="daily",
                        max_length=32,
                    ),
                ),
                (
                    "scheduled_time",
                    models.TimeField(db_default=models.Value("02:00", models.TimeField()), default=datetime.time(2, 0)),
                ),
                (
                    "stages",
                    models.JSONField(
                        db_default=models.Value([1, 2, 3, 4, 5, 6, 7], models.JSONField()),
                        default=igny8_core.business.automation.models.all_stages,
                    ),
                ),
                ("max_keywords", models.PositiveIntegerField(db_default=50, default=50)),
                ("max_clusters", models.PositiveIntegerField(db_default=10, default=10)),
                ("max_ideas", models.PositiveIntegerField(db_default=20, default=20)),
                ("max_tasks", models.PositiveIntegerField(db_default=10, default=10)),
                ("max_contents", models.PositiveIntegerField(db_default=10, default=10)),
                ("max_images", models.PositiveIntegerField(db_default=40, default=40)),
                ("next_run_at", models.DateTimeField(blank=True, null=True)),
                ("last_run_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="igny8_auth.account"
                    ),
                ),
                (
                    "site",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="automation_config",
                        to="igny8_auth.site",
                    ),
                ),
            ],
            options={
                "db_table": "igny8_automation_configs",
            },
        ),
        migrations.CreateModel(
            name="AutomationRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "updated_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "run_id",
                    models.CharField(
                        default=igny8_core.business.automation.models.new_run_id, max_length=36, unique=True
                    ),
                ),
                (
                    "trigger",
                    models.CharField(
                        choices=[("manual", "Manual"), ("scheduled", "Scheduled")],
                        db_default="manual",
                        default="manual",
                        max_length=32,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("paused", "Paused"),
                            ("completed", "Completed"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        db_default="running",
                        default="running",
                        max_length=32,
                    ),
                ),
                (
                    "stages",
                    models.JSONField(
                        db_default=models.Value([1, 2, 3, 4, 5, 6, 7], models.JSONField()),
                        default=igny8_core.business.automation.models.all_stages,
                    ),
                ),
                ("current_stage", models.IntegerField(db_default=0, default=0)),
                ("pending_image_jobs", models.IntegerField(db_default=0, default=0)),
                (
                    "stage_results",
                    models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
                ),
                ("total_credits_used", models.IntegerField(db_default=0, default=0)),
                ("error", models.TextField(blank=True, db_default="", default="")),
                (
                    "started_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("completed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="igny8_auth.account"
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="automation_runs",
                        to="igny8_auth.site",
                    ),
                ),
            ],
            options={
                "db_table": "igny8_automation_runs",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["running", "paused"])),
                        fields=("site",),
                        name="one_active_run_a_site",
                    )
                ],
            },
        ),
    ]
