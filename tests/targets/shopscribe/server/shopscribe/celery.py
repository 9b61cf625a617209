import os

from celery import Celery

os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shopscribe.settings.production')

app = Celery('shopscribe')
app.config_from_object('django.conf:settings', namespace='CELERY')
app.autodiscover_tasks()
