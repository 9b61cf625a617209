"""Migrations on disk, and commands of the target's own apps. No database is asked."""

from . import names


def told(root):
    from django.db.migrations.loader import MigrationLoader

    # replaced ones stand beside what replaces them, as on disk
    found = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return [_migration(one, root) for _, one in sorted(found.items())]


def commands(root):
    from django.apps import apps
    from django.core.management import get_commands

    own = {one.name for one in apps.get_app_configs() if names.is_own(one.path + "/__init__.py", root)}
    found = {name: app if isinstance(app, str) else app.__module__ for name, app in get_commands().items()}
    return [{"name": name, "app": app} for name, app in sorted(found.items()) if app in own]


def _migration(one, root):
    refused = [_described(operation) for operation in one.operations if not operation.reversible]
    return {
        "app": one.app_label,
        "name": one.name,
        "own": names.own(type(one).__module__, root),
        "reversible": not refused,
        "irreversible": refused,
        "atomic": bool(one.atomic),
        "operations": [type(operation).__name__ for operation in one.operations],
        "replaces": ["{}.{}".format(*tuple(pair)) for pair in one.replaces],
    }


def _described(operation):
    try:
        return str(operation.describe())
    except Exception:  # a target's own operation
        return type(operation).__name__
