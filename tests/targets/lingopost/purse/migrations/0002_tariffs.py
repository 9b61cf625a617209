from django.db import migrations

# operation, meter, above, per, started, price
FIRST = [
    ("translation", "characters", 0, 1000, False, "0.3500"),
    ("translation", "characters", 20000, 1000, False, "0.2500"),
    ("summary", "tokens_in", 0, 1000, False, "0.1200"),
    ("summary", "tokens_cached", 0, 1000, False, "0.0600"),
    ("summary", "tokens_out", 0, 1000, False, "0.4800"),
    ("summary", "minimum", 0, 1, False, "0.1000"),
    ("glossary", "calls", 0, 1, False, "0.7500"),
    ("polish", "words", 0, 100, True, "0.2000"),
    ("digest", "calls", 0, 1, False, "2.5000"),
]


def fill(apps, schema_editor):
    tariff = apps.get_model("purse", "Tariff")
    for operation, meter, above, per, started, price in FIRST:
        tariff.objects.create(
            operation=operation, meter=meter, above=above, per=per, started=started, price=price
        )


def empty(apps, schema_editor):
    apps.get_model("purse", "Tariff").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("purse", "0001_initial")]
    operations = [migrations.RunPython(fill, empty)]
