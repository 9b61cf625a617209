import os
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

env = os.environ.get

SECRET_KEY = env("DJANGO_SECRET_KEY", "lingopost-development")
DEBUG = env("DJANGO_DEBUG", "0") == "1"
ALLOWED_HOSTS = env("DJANGO_HOSTS", "*").split(",")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "desk",
    "purse",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]

ROOT_URLCONF = "conf.urls"
WSGI_APPLICATION = "conf.wsgi.application"

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": env("PGDATABASE", "lingopost"),
        "USER": env("PGUSER", "lingopost"),
        "PASSWORD": env("PGPASSWORD", "lingopost"),
        "HOST": env("PGHOST", "localhost"),
        "PORT": env("PGPORT", "5432"),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"

REDIS = f"redis://{env('REDIS_HOST', 'localhost')}:{env('REDIS_PORT', '6379')}"
BROKER = f"{REDIS}/2"
BROKER_VISIBILITY_S = int(env("BROKER_VISIBILITY_S", "21600"))

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": f"{REDIS}/3",
        "KEY_PREFIX": "lp",
        "TIMEOUT": 600,
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

USE_TZ = True
TIME_ZONE = "Europe/Berlin"
LANGUAGE_CODE = "en"
USE_I18N = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s|%(levelname)s|%(name)s|%(message)s"}},
    "handlers": {"err": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["err"], "level": env("LOG_LEVEL", "INFO")},
}

OPENAI_API_KEY = env("OPENAI_API_KEY", "")
DEEPL_AUTH_KEY = env("DEEPL_AUTH_KEY", "")
DEEPL_SERVER = env("DEEPL_SERVER", "")  # only to go through a proxy
ENGINE_TIMEOUT_S = float(env("ENGINE_TIMEOUT_S", "40"))
CHAT_MODEL = env("CHAT_MODEL", "gpt-4o-mini")
DIGEST_MODEL = env("DIGEST_MODEL", "gpt-5.1")

PAYMENTS_SECRET = env("PAYMENTS_SECRET", "whsec_development")
PACKS = {"small": Decimal("20"), "team": Decimal("120"), "house": Decimal("650")}
