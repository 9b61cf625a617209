import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("igny8_auth", "0001_initial"),
        ("planning", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Content",
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
                ("title", models.CharField(max_length=255)),
                ("content_html", models.TextField(blank=True, db_default="", default="")),
                ("word_count", models.IntegerField(db_default=0, default=0)),
                ("meta_title", models.CharField(blank=True, db_default="", default="", max_length=255)),
                ("meta_description", models.TextField(blank=True, db_default="", default="")),
                ("primary_keyword", models.CharField(blank=True, db_default="", default="", max_length=255)),
                (
                    "secondary_keywords",
                    models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list),
                ),
                ("tags", models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list)),
                (
                    "categories",
                    models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list),
                ),
                (
                    "content_type",
                    models.CharField(
                        choices=[("post", "Post"), ("page", "Page"), ("product", "Product"), ("service", "Service")],
                        db_default="post",
                        default="post",
                        max_length=32,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "Draft"), ("review", "Review"), ("published", "Published")],
                        db_default="draft",
                        default="draft",
                        max_length=32,
                    ),
                ),
                ("source", models.CharField(blank=True, db_default="igny8", default="igny8", max_length=32)),
                ("external_id", models.CharField(blank=True, db_default="", default="", max_length=64)),
                ("external_url", models.CharField(blank=True, db_default="", default="", max_length=500)),
                (
                    "internal_links",
                    models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list),
                ),
                ("optimizer_version", models.IntegerField(db_default=0, default=0)),
                (
                    "optimization_scores",
                    models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="igny8_auth.account"
                    ),
                ),
                (
                    "sector",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="contents",
                        to="igny8_auth.sector",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="contents", to="igny8_auth.site"
                    ),
                ),
            ],
            options={
                "db_table": "igny8_content",
            },
        ),
        migrations.CreateModel(
            name="Image",
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
                    "image_type",
                    models.CharField(
                        choices=[("featured", "Featured"), ("in_article", "In Article")],
                        db_default="in_article",
                        default="in_article",
                        max_length=32,
                    ),
                ),
                ("position", models.IntegerField(db_default=0, default=0)),
                ("prompt", models.TextField(blank=True, db_default="", default="")),
                ("image_url", models.TextField(blank=True, db_default="", default="")),
                ("model", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("provider", models.CharField(blank=True, db_default="", default="", max_length=32)),
                ("cost_usd", models.DecimalField(blank=True, decimal_places=6, max_digits=10, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("generating", "Generating"),
                            ("generated", "Generated"),
                            ("failed", "Failed"),
                        ],
                        db_default="pending",
                        default="pending",
                        max_length=32,
                    ),
                ),
                ("error", models.TextField(blank=True, db_default="", default="")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="igny8_auth.account"
                    ),
                ),
                (
                    "content",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="images", to="content.content"
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="images", to="igny8_auth.site"
                    ),
                ),
            ],
            options={
                "db_table": "igny8_images",
            },
        ),
        migrations.CreateModel(
            name="Task",
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
                ("title", models.CharField(max_length=255)),
                ("description", models.TextField(blank=True, db_default="", default="")),
                ("keywords", models.TextField(blank=True, db_default="", default="")),
                (
                    "content_type",
                    models.CharField(
                        choices=[("post", "Post"), ("page", "Page"), ("product", "Product"), ("service", "Service")],
                        db_default="post",
                        default="post",
                        max_length=32,
                    ),
                ),
                (
                    "content_structure",
                    models.CharField(blank=True, db_default="article", default="article", max_length=64),
                ),
                ("word_count", models.IntegerField(db_default=1000, default=1000)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("in_progress", "In Progress"),
                            ("completed", "Completed"),
                            ("failed", "Failed"),
                        ],
                        db_default="queued",
                        default="queued",
                        max_length=32,
                    ),
                ),
                ("error", models.TextField(blank=True, db_default="", default="")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="igny8_auth.account"
                    ),
                ),
                (
                    "cluster",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="tasks",
                        to="planning.cluster",
                    ),
                ),
                (
                    "idea",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="tasks",
                        to="planning.contentidea",
                    ),
                ),
                (
                    "sector",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tasks", to="igny8_auth.sector"
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tasks", to="igny8_auth.site"
                    ),
                ),
            ],
            options={
                "db_table": "igny8_tasks",
            },
        ),
        migrations.AddField(
            model_name="content",
            name="task",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="contents",
                to="content.task",
            ),
        ),
    ]
