"""The beat schedule as code says it, and where a scheduler keeps the rest."""

import importlib

from . import names

DATABASE = "django_celery_beat"


def told(app, database):
    conf = app.conf
    scheduler = str(conf.beat_scheduler or "")
    return {
        "scheduler": scheduler,
        "store": _store(scheduler),
        "filename": str(conf.beat_schedule_filename or "") if _store(scheduler) == "file" else "",
        "entries": [_entry(name, one) for name, one in sorted((conf.beat_schedule or {}).items())]
        + (_rows() if database and _store(scheduler) == "database" else []),
    }


def _rows():
    """What django-celery-beat's tables hold; it writes the entries that are said in code there too, once it runs."""
    from django_celery_beat.models import PeriodicTask

    return [_row(one) for one in PeriodicTask.objects.order_by("name") if one.name != "celery.backend_cleanup"]


def _row(one):
    kind, text = _schedule(one.schedule)
    options = {word: getattr(one, word) for word in ("queue", "exchange", "routing_key", "priority", "one_off")}
    return {
        "name": one.name,
        "task": one.task,
        "kind": kind,
        "schedule": text,
        "args": one.args or "[]",
        "kwargs": one.kwargs or "{}",
        "options": {word: names.value(value) for word, value in options.items() if value},
        "said_by": "database",
        "enabled": bool(one.enabled),
    }


def _store(scheduler):
    if scheduler.startswith(DATABASE):
        return "database"
    if scheduler in ("celery.beat:PersistentScheduler", "celery.beat.PersistentScheduler", ""):
        return "file"
    return "database" if _is_database(scheduler) else scheduler


def _is_database(scheduler):
    """A class of the target's own, made of django-celery-beat's."""
    module, _, name = scheduler.replace(":", ".").rpartition(".")
    try:
        kind = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError):
        return False
    return any(one.__module__.startswith(DATABASE) for one in getattr(kind, "__mro__", ()))


def _entry(name, one):
    one = one if isinstance(one, dict) else vars(one)
    kind, text = _schedule(one.get("schedule"))
    options = dict(one.get("options") or {})
    return {
        "name": str(name),
        "task": str(one.get("task", "")),
        "kind": kind,
        "schedule": text,
        "args": names.value(list(one.get("args") or ())),
        "kwargs": names.value(dict(one.get("kwargs") or {})),
        "options": {str(word): names.value(value) for word, value in options.items()},
        "said_by": "code",
        "enabled": bool(one.get("enabled", True)),
    }


def _schedule(schedule):
    from celery import schedules

    if isinstance(schedule, schedules.crontab):
        parts = [
            str(getattr(schedule, "_orig_" + word, "*"))
            for word in ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
        ]
        return "crontab", " ".join(parts)
    if isinstance(schedule, schedules.solar):
        return "solar", str(schedule)
    if isinstance(schedule, schedules.schedule) and type(schedule) is schedules.schedule:
        return "interval", f"{schedule.run_every.total_seconds():g} s"
    if hasattr(schedule, "total_seconds") or isinstance(schedule, (int, float)):
        return "interval", f"{names.seconds(schedule):g} s"
    return names.dotted(schedule), str(schedule)
