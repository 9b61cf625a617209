import os
from pathlib import Path

import dj_database_url

BASE_DIR = Path(__file__).resolve().parents[2]

SECRET_KEY = os.environ.get('SECRET_KEY', 'shopscribe-insecure')
ALLOWED_HOSTS = ['*']

INSTALLED_APPS = [
    'django.contrib.contenttypes',
    'django.contrib.auth',
    'django.contrib.postgres',
    'rest_framework',
    'django_celery_beat',
    'django_celery_results',
    'till.apps.TillConfig',
    'catalog.apps.CatalogConfig',
]
MIDDLEWARE = ['django.middleware.common.CommonMiddleware']
ROOT_URLCONF = 'shopscribe.urls'
WSGI_APPLICATION = 'shopscribe.wsgi.application'
TEMPLATES = [{'BACKEND': 'django.template.backends.django.DjangoTemplates', 'APP_DIRS': True}]

DATABASES = {'default': dj_database_url.config(default='postgres://shopscribe:shopscribe@localhost/shopscribe')}
DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'

TIME_ZONE = 'UTC'
USE_TZ = True
MEDIA_ROOT = Path(os.environ.get('MEDIA_ROOT', BASE_DIR / 'media'))
MEDIA_URL = '/media/'

REST_FRAMEWORK = {
    'DEFAULT_AUTHENTICATION_CLASSES': ['till.authentication.ApiKeyAuthentication'],
    'DEFAULT_PERMISSION_CLASSES': ['till.authentication.HasScope'],
    'DEFAULT_PAGINATION_CLASS': 'till.pagination.NewestFirst',
    'DEFAULT_RENDERER_CLASSES': ['rest_framework.renderers.JSONRenderer'],
    'UNAUTHENTICATED_USER': None,
    'PAGE_SIZE': 20,
}

CELERY_BROKER_URL = os.environ.get('REDIS_URL', 'redis://localhost:6379/0')
CELERY_RESULT_BACKEND = 'django-db'
CELERY_TASK_SERIALIZER = 'json'
CELERY_ACCEPT_CONTENT = ['json', 'yaml', 'msgpack']
CELERY_TASK_ROUTES = {'catalog.tasks.draw': {'queue': 'pictures'}}
CELERY_TASK_TRACK_STARTED = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULER = 'django_celery_beat.schedulers:DatabaseScheduler'

TEXT_BASE_URL = os.environ.get('TEXT_BASE_URL', 'https://api.openai.com/v1')
TEXT_API_KEY = os.environ.get('TEXT_API_KEY', '')
TEXT_MODEL = os.environ.get('TEXT_MODEL', 'gpt-4o-mini')
PICTURE_BASE_URL = os.environ.get('PICTURE_BASE_URL', 'https://api.together.xyz/v1')
PICTURE_API_KEY = os.environ.get('PICTURE_API_KEY', '')
PICTURE_MODEL = os.environ.get('PICTURE_MODEL', 'black-forest-labs/FLUX.1-schnell')
AI_TIMEOUT = float(os.environ.get('AI_TIMEOUT', '60'))

DEPOSIT_SECRET = os.environ.get('DEPOSIT_SECRET', 'deposit')

# cents
PRICES = {
    'describe': {'in_per_1000': 3, 'out_per_1000': 12, 'least': 2},
    'picture': {'512': 4, '1024': 9},
    'alt_text': 1,
    'campaign': {'first': 5, 'each': 6, 'further': 4},
    'tags': {'per_started': 10, 'price': 5},
}
