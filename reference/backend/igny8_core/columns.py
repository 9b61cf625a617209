"""Column factories whose default holds in Python and in the database alike.

Rows also arrive by import scripts that speak SQL, so each optional column has a database default.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Value
from django.db.models.functions import Now


def string(max_length: int = 255, default: str = "", **options: Any) -> models.CharField:
    return models.CharField(max_length=max_length, default=default, db_default=default, blank=True, **options)


def choice(choices: type[models.TextChoices], default: str, **options: Any) -> models.CharField:
    return models.CharField(max_length=32, choices=choices.choices, default=default, db_default=default, **options)


def text(default: str = "") -> models.TextField:
    return models.TextField(default=default, db_default=default, blank=True)


def integer(default: int = 0) -> models.IntegerField:
    return models.IntegerField(default=default, db_default=default)


def positive(default: int = 0) -> models.PositiveIntegerField:
    return models.PositiveIntegerField(default=default, db_default=default)


def flag(default: bool) -> models.BooleanField:
    return models.BooleanField(default=default, db_default=default)


def json_list() -> models.JSONField:
    return models.JSONField(default=list, db_default=Value([], models.JSONField()), blank=True)


def json_dict() -> models.JSONField:
    return models.JSONField(default=dict, db_default=Value({}, models.JSONField()), blank=True)


def created() -> models.DateTimeField:
    return models.DateTimeField(auto_now_add=True, db_default=Now())


def updated() -> models.DateTimeField:
    return models.DateTimeField(auto_now=True, db_default=Now())
