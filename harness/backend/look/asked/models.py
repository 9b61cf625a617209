"""Models: tables, columns, keys. Whatever a primary key is called, and of however many columns."""

import re

from . import names


def told(root):
    from django.apps import apps

    found = list(apps.get_models(include_auto_created=True, include_swapped=False))
    return sorted((_model(model, root) for model in found), key=lambda one: one["label"])


def _model(model, root):
    meta = model._meta
    schema, table = _split(meta.db_table)
    database = _database(model)
    fields = [field for field in meta.local_concrete_fields if field.column]
    if meta.proxy:
        fields = [field for field in meta.concrete_fields if field.column]
    return {
        "label": meta.label,
        "module": model.__module__,
        "own": names.own(model.__module__, root),
        "database": database,
        "schema": schema,
        "table": table,
        "managed": bool(meta.managed),
        "proxy": bool(meta.proxy),
        "auto_created": bool(meta.auto_created),
        "primary_key": _key(meta),
        "fields": [_field(field, database) for field in fields],
        "foreign_keys": [key for key in map(_foreign_key, _pointing(meta)) if key],
        "unique": _unique(meta, fields),
        "many_to_many": {
            field.name: field.remote_field.through._meta.db_table.replace('"', "") for field in meta.local_many_to_many
        },
        "ordering": [str(one) for one in meta.ordering or ()],
    }


def _split(db_table):
    """(schema, table) of `billing"."wallet`, which Django quotes as it stands, or of "billing"."wallet"."""
    parts = [part for part in re.split(r'"\s*\.\s*"', db_table.strip('"')) if part]
    return (parts[0], parts[1]) if len(parts) == 2 else ("", db_table.strip('"'))


def _database(model):
    from django.db import router

    try:
        return router.db_for_write(model) or "default"
    except Exception:  # a router may ask for what only a request has
        return "default"


def _key(meta):
    parts = getattr(meta, "pk_fields", None) or ([meta.pk] if meta.pk is not None else [])
    return [part.column for part in parts]


def _field(field, database):
    from django.db.models import NOT_PROVIDED

    default = "" if field.default is NOT_PROVIDED else names.value(field.default)
    choices = [value for value, _ in field.flatchoices] if field.choices else []
    return {
        "name": field.name,
        "column": field.column,
        "kind": names.dotted(type(field)),
        "internal_type": str(field.get_internal_type()),
        "db_type": _db_type(field, database),
        "null": bool(field.null),
        "blank": bool(field.blank),
        "primary_key": bool(field.primary_key) or field.column in _key(field.model._meta),
        "unique": bool(field.unique),
        "default": default,
        "db_default": getattr(field, "db_default", NOT_PROVIDED) is not NOT_PROVIDED,
        "generated": bool(getattr(field, "generated", False)),
        "auto_now": bool(getattr(field, "auto_now", False)),
        "auto_now_add": bool(getattr(field, "auto_now_add", False)),
        "choices": ["" if one is None else str(one) for one in choices],
        "max_length": getattr(field, "max_length", None),
        "max_digits": getattr(field, "max_digits", None),
        "decimal_places": getattr(field, "decimal_places", None),
    }


def _db_type(field, database):
    from django.db import connections

    try:
        return str(field.db_type(connections[database]) or "")
    except Exception:  # its driver is not installed, or wants a connection to tell
        return ""


def _pointing(meta):
    """Fields that may point at another table: a ForeignObject has no column of its own."""
    return meta.concrete_fields if meta.proxy else meta.local_fields


def _foreign_key(field):
    remote = field.remote_field
    if remote is None or not hasattr(field, "foreign_related_fields"):
        return None
    schema, table = _split(remote.model._meta.db_table)
    return {
        "columns": [one.column for one in field.local_related_fields],
        "to_schema": schema,
        "to_table": table,
        "to_columns": [one.column for one in field.foreign_related_fields],
        "on_delete": getattr(remote.on_delete, "__name__", "") if remote.on_delete else "",
        "constraint": bool(getattr(field, "db_constraint", False)),
    }


def _unique(meta, fields):
    from django.db.models import UniqueConstraint

    column = {field.name: field.column for field in meta.concrete_fields}
    found = [
        {"name": "", "columns": [one.column], "partial": False} for one in fields if one.unique and not one.primary_key
    ]
    found += [
        {"name": "", "columns": [column.get(name, name) for name in together], "partial": False}
        for together in meta.unique_together
    ]
    for one in meta.constraints:
        if isinstance(one, UniqueConstraint) and one.fields:
            found.append(
                {
                    "name": one.name,
                    "columns": [column.get(name, name) for name in one.fields],
                    "partial": getattr(one, "condition", None) is not None,
                }
            )
    return found
