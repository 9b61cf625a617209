"""Settings and apps, as Django reads them."""

import datetime
import hashlib
import json
import os
import re

from . import names, servers

SECRET = re.compile(r"(?i)key|secret|token|passw|credential|dsn|salt|private")
"""What the name of a setting says whose value nobody else may read."""
MOST = 2000
"""Characters of one setting; what is longer is told by its digest."""
APART = ("DATABASES", "CACHES", "STORAGES", "SETTINGS_MODULE", "MIDDLEWARE_CLASSES")


def told():
    from django.conf import settings

    databases = {alias: _database(one) for alias, one in settings.DATABASES.items() if one}
    return {
        "module": getattr(settings, "SETTINGS_MODULE", None) or "",
        "auth_user_model": settings.AUTH_USER_MODEL,
        "authentication_backends": list(settings.AUTHENTICATION_BACKENDS),
        "password_hashers": list(settings.PASSWORD_HASHERS),
        "session_engine": settings.SESSION_ENGINE,
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "csrf_header": settings.CSRF_HEADER_NAME,
        "login_url": str(settings.LOGIN_URL),
        "root_urlconf": str(getattr(settings, "ROOT_URLCONF", "") or ""),
        "wsgi_application": settings.WSGI_APPLICATION or "",
        "asgi_application": str(getattr(settings, "ASGI_APPLICATION", "") or ""),
        "middleware": list(settings.MIDDLEWARE),
        "database_routers": [one if isinstance(one, str) else names.dotted(one) for one in settings.DATABASE_ROUTERS],
        "databases": databases,
        "caches": {alias: _cache(one) for alias, one in settings.CACHES.items()},
        "storages": _storages(settings),
        "media_root": str(settings.MEDIA_ROOT or ""),
        "media_url": str(settings.MEDIA_URL or ""),
        "static_root": str(settings.STATIC_ROOT or ""),
        "email_backend": settings.EMAIL_BACKEND,
        "logging": _handlers(settings.LOGGING or {}),
        "default_auto_field": str(getattr(settings, "DEFAULT_AUTO_FIELD", "") or ""),
        "time_zone": str(settings.TIME_ZONE or ""),
        "use_tz": bool(settings.USE_TZ),
        "append_slash": bool(settings.APPEND_SLASH),
        "debug": bool(settings.DEBUG),
        "further": _further(settings),
    }


def apps(root):
    from django.apps import apps as registry

    return [
        {
            "label": one.label,
            "module": one.name,
            "path": one.path,
            "own": names.own(one.name, root) or names.is_own(one.path + "/__init__.py", root),
        }
        for one in registry.get_app_configs()
    ]


def _database(one):
    engine, name = str(one.get("ENGINE", "")), str(one.get("NAME", "") or "")
    host, port = str(one.get("HOST", "") or ""), str(one.get("PORT", "") or "")
    kind = engine.rpartition(".")[2]
    if kind in ("postgresql", "postgis", "psycopg2") and host and not port:
        port = "5432"
    return {
        "engine": engine,
        "server": servers.server(
            "{}://{}/{}".format(kind, host + (":" + port if port else ""), name), kind, host, port, name
        ),
        "user": str(one.get("USER", "") or ""),
        "options": sorted(map(str, one.get("OPTIONS") or {})),
        "conn_max_age_s": names.seconds(one.get("CONN_MAX_AGE", 0)),
        "atomic_requests": bool(one.get("ATOMIC_REQUESTS", False)),
        "mirror": str((one.get("TEST") or {}).get("MIRROR") or ""),
    }


def _cache(one):
    location = one.get("LOCATION", "") or ""
    places = [str(place) for place in location] if isinstance(location, (list, tuple)) else [str(location)]
    if len(places) == 1 and "://" in places[0]:
        places = places[0].split(",")
    options = one.get("OPTIONS") or {}
    found = [servers.of_url(place) for place in places if "://" in place]
    if "db" in options:
        found = [dict(place, database=str(options["db"])) for place in found]
    return {
        "backend": str(one.get("BACKEND", "")),
        "servers": found,
        "location": ", ".join(servers.masked(place) for place in places),
        "key_prefix": str(one.get("KEY_PREFIX", "") or ""),
        "version": int(one.get("VERSION", 1)),
        "timeout_s": names.seconds(one.get("TIMEOUT", 300)),
    }


def _storages(settings):
    found = getattr(settings, "STORAGES", None)
    if found:
        return {alias: str(one.get("BACKEND", "")) for alias, one in found.items()}
    return {"default": str(getattr(settings, "DEFAULT_FILE_STORAGE", ""))}


def _handlers(config):
    return [
        {
            "name": name,
            "kind": _text(one.get("class", one.get("()", ""))),
            "path": str(one.get("filename", "") or ""),
            "level": str(one.get("level", "") or ""),
        }
        for name, one in sorted((config.get("handlers") or {}).items())
    ]


def _text(thing):
    return thing if isinstance(thing, str) else names.dotted(thing)


def _further(settings):
    """name -> what it says, of every setting that the target sets and that is told nowhere else."""
    found = {}
    for name in sorted(dir(settings)):
        if not name.isupper() or name in APART or not settings.is_overridden(name):
            continue
        text = json.dumps(_plain(name, getattr(settings, name)), ensure_ascii=False, sort_keys=True)
        if len(text) > MOST:
            text = f"{len(text)} characters, sha256 {hashlib.sha256(text.encode()).hexdigest()[:16]}"
        found[name] = text
    return found


def _plain(name, thing, secret=False):
    """As JSON can say it, without what is secret, and without what is another each time."""
    secret = secret or bool(SECRET.search(name))
    if isinstance(thing, dict):
        return {str(key): _plain(str(key), one, secret) for key, one in thing.items()}
    if isinstance(thing, (list, tuple)):
        return [_plain(name, one, secret) for one in thing]
    if isinstance(thing, (set, frozenset)):
        return sorted((_plain(name, one, secret) for one in thing), key=str)
    if thing is None or isinstance(thing, (bool, int, float)):
        return thing
    if isinstance(thing, str):
        return "<secret>" if thing and secret else servers.masked(thing)
    if isinstance(thing, (datetime.date, datetime.time)):
        return "<time>"
    if isinstance(thing, (datetime.timedelta, os.PathLike)):
        return str(thing)
    return names.dotted(thing) if callable(thing) else f"<{names.dotted(type(thing))}>"
