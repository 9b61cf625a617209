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
            name="Cluster",
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
                ("name", models.CharField(max_length=255)),
                ("description", models.TextField(blank=True, db_default="", default="")),
                ("keywords_count", models.IntegerField(db_default=0, default=0)),
                ("volume", models.IntegerField(db_default=0, default=0)),
                (
                    "status",
                    models.CharField(
                        choices=[("new", "New"), ("mapped", "Mapped")], db_default="new", default="new", max_length=32
                    ),
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="clusters", to="igny8_auth.sector"
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="clusters", to="igny8_auth.site"
                    ),
                ),
            ],
            options={
                "db_table": "igny8_clusters",
            },
        ),
        migrations.CreateModel(
            name="ContentIdea",
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
                ("target_keywords", models.TextField(blank=True, db_default="", default="")),
                ("estimated_word_count", models.IntegerField(db_default=1000, default=1000)),
                (
                    "status",
                    models.CharField(
                        choices=[("new", "New"), ("queued", "Queued"), ("completed", "Completed")],
                        db_default="new",
                        default="new",
                        max_length=32,
                    ),
                ),
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ideas",
                        to="planning.cluster",
                    ),
                ),
                (
                    "sector",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ideas", to="igny8_auth.sector"
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ideas", to="igny8_auth.site"
                    ),
                ),
            ],
            options={
                "db_table": "igny8_content_ideas",
            },
        ),
        migrations.CreateModel(
            name="Keyword",
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
                ("keyword", models.TextField()),
                ("volume", models.IntegerField(db_default=0, default=0)),
                ("difficulty", models.IntegerField(db_default=0, default=0)),
                (
                    "intent",
                    models.CharField(
                        choices=[
                            ("informational", "Informational"),
                            ("commercial", "Commercial"),
                            ("transactional", "Transactional"),
                            ("navigational", "Navigational"),
                        ],
                        db_default="informational",
                        default="informational",
                        max_length=32,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("new", "New"), ("mapped", "Mapped")], db_default="new", default="new", max_length=32
                    ),
                ),
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
                        related_name="keywords",
                        to="planning.cluster",
                    ),
                ),
                (
                    "sector",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="keywords", to="igny8_auth.sector"
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="keywords", to="igny8_auth.site"
                    ),
                ),
            ],
            options={
                "db_table": "igny8_keywords",
            },
        ),
    ]
