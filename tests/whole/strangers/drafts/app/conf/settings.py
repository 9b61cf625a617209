import os
SECRET_KEY = os.getenv("SECRET_KEY", "x")
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "rest_framework", "rest_framework.authtoken", "shop"]
ROOT_URLCONF = "conf.urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": os.getenv("POSTGRES_DB", "shop"), "USER": os.getenv("POSTGRES_USER", "shop"), "PASSWORD": os.getenv("POSTGRES_PASSWORD", "x"), "HOST": os.getenv("POSTGRES_HOST", "postgres"), "PORT": os.getenv("POSTGRES_PORT", "5432")}}
BROKER = os.getenv("QUEUE_BROKER", "redis://redis:6379/1")
REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"], "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"]}
