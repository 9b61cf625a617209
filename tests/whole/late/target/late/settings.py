import os

SECRET_KEY = "late"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["late"]
ROOT_URLCONF = "late.urls"
WSGI_APPLICATION = "late.wsgi.application"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ.get("DB_NAME", "late"),
        "USER": os.environ.get("DB_USER", "late"),
        "PASSWORD": os.environ.get("DB_PASSWORD", ""),
        "HOST": os.environ.get("DB_HOST", "localhost"),
        "PORT": os.environ.get("DB_PORT", "5432"),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
