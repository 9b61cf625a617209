import os
from decimal import Decimal

BASE_DIR = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
SECRET_KEY = os.environ["ATELIER_SECRET_KEY"]
DEBUG = False
ALLOWED_HOSTS = os.environ.get("ATELIER_HOSTS", "localhost").split(",")
INSTALLED_APPS = [
    "django.contrib.auth", "django.contrib.contenttypes", "rest_framework", "rest_framework.authtoken",
    "studios.apps.StudiosConfig", "quota", "captions",
]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware", "studios.middleware.StudioMiddleware"]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "studios.Person"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ.get("PG_DATABASE", "atelier"),
        "USER": os.environ.get("PG_ROLE", "atelier"),
        "PASSWORD": os.environ.get("PG_PASS", ""),
        "HOST": os.environ.get("PG_SERVER", "localhost"),
        "PORT": os.environ.get("PG_SERVER_PORT", "5432"),
    }
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": os.environ.get("ATELIER_CACHE", "redis://localhost:6379/1")}}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
}
BROKER = os.environ.get("ATELIER_BROKER", "redis://localhost:6379/0")
POINTS_PER_CAPTION = 3
POINTS_PER_ALBUM = Decimal("2")
CAPTION_MODEL = os.environ.get("CAPTION_MODEL", "gpt-4o-mini")
