from django.db import migrations


def schedule(apps, schema_editor):
    crontab = apps.get_model('django_celery_beat', 'CrontabSchedule')
    interval = apps.get_model('django_celery_beat', 'IntervalSchedule')
    periodic = apps.get_model('django_celery_beat', 'PeriodicTask')
    nightly = crontab.objects.create(minute='0', hour='3', timezone='UTC')
    hourly = interval.objects.create(every=1, period='hours')
    sixhourly = interval.objects.create(every=6, period='hours')
    periodic.objects.create(name='alternative texts', task='catalog.tasks.alt_texts', crontab=nightly, kwargs='{"limit": 50}')
    periodic.objects.create(name='missing descriptions', task='catalog.tasks.describe_missing', interval=sixhourly)
    periodic.objects.create(name='forgotten orders', task='catalog.tasks.close_forgotten', interval=hourly)


def unschedule(apps, schema_editor):
    apps.get_model('django_celery_beat', 'PeriodicTask').objects.filter(task__startswith='catalog.').delete()


class Migration(migrations.Migration):
    dependencies = [('catalog', '0001_initial'), ('django_celery_beat', '0018_improve_crontab_helptext')]
    operations = [migrations.RunPython(schedule, unschedule)]
