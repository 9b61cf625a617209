"""What a target declares, as lines that are the same wherever it is looked at."""

from __future__ import annotations

import pytest

from harness.backend.look.declared import lines
from harness.core.golden.free import read

TASKS = """
from celery import shared_task
@shared_task(name="shop.pay"{more})
def pay(order: int): ...
"""
SETTINGS = """
import datetime
from pathlib import Path
from celery.schedules import crontab
SECRET_KEY = "tests-only"
INSTALLED_APPS = ["shop"]
ROOT_URLCONF = "shop.urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "shop", "HOST": "127.0.0.1", "PORT": "1"}}
CELERY_BEAT_SCHEDULE = {"hourly": {"task": "shop.pay", "schedule": crontab(minute=0)}}
HOME = Path(__file__).parent / "data"
TIMEOUT_S = 30
"""
MODELS = """
from django.db import models
class Order(models.Model):
    status = models.CharField(max_length=8, default="open")
"""


def told(target, tmp_path, settings="", more="", models=MODELS, free=()):
    files = {
        "shop/settings.py": SETTINGS + settings,
        "shop/tasks.py": TASKS.format(more=more),
        "shop/models.py": models,
    }
    return lines(target(files), tmp_path / "target", free)


def changed(before, after):
    """The kinds and names of the lines that are not in both."""
    return {" ".join(line.split()[:2]) for line in {*before} ^ {*after}}


def test_one_line_a_thing_without_the_folder_that_it_stands_in(target, tmp_path):
    found = told(target, tmp_path)
    assert "setting TIMEOUT_S 30" in found
    assert 'setting HOME "{target}/shop/data"' in found
    assert any(line.startswith("field shop.Order.status column=status") and 'default="open"' in line for line in found)
    assert any(line.startswith("beat hourly task=shop.pay kind=crontab schedule=0_*_*_*_*") for line in found)
    assert not [line for line in found if str(tmp_path) in line]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"settings": 'CELERY_BEAT_SCHEDULE["hourly"]["schedule"] = crontab(minute=0, hour="*/2")'}, "beat hourly"),
        ({"settings": "TIMEOUT_S = 60"}, "setting TIMEOUT_S"),
        ({"settings": "ATOMIC = True"}, "setting ATOMIC"),
        ({"settings": 'DATABASES["default"]["ATOMIC_REQUESTS"] = True'}, "database default"),
        ({"more": ", acks_late=True"}, "task shop.pay"),
        ({"more": ", autoretry_for=(Exception,)"}, "task shop.pay"),
        ({"models": MODELS.replace('"open"', '"prepaid"')}, "field shop.Order.status"),
    ],
)
def test_what_is_declared_otherwise_is_one_line(target, tmp_path, change, said):
    before = told(target, tmp_path)
    assert changed(before, told(target, tmp_path, **change)) == {said}


def test_nothing_that_may_be_secret_is_told_and_nothing_that_is_another_each_time(target, tmp_path):
    """Claim: not by its own name, not by that of the mapping that it stands in, not in a URL."""
    more = """
API_KEYS = {"maker": "hunter2", "older": ["hunter2"]}
LOGIN = {"url": "https://bob:hunter2@shop.test/", "password": "hunter2"}
STARTED = datetime.datetime.now()
class Made: ...
MADE = Made()
"""
    found = told(target, tmp_path, more)
    assert not [line for line in found if "hunter2" in line or "tests-only" in line]
    assert 'setting API_KEYS {"maker": "<secret>", "older": ["<secret>"]}' in found
    assert 'setting STARTED "<time>"' in found
    assert 'setting MADE "<shop.settings.Made>"' in found


def test_what_is_free_comes_and_goes_and_says_nothing_else(target, tmp_path):
    found = told(target, tmp_path, free=["declared setting:TIMEOUT_S", "declared field:shop.Order.*"])
    assert "setting TIMEOUT_S <free>" in found
    assert {line for line in found if line.startswith("field ")} == {
        "field shop.Order.id <free>",
        "field shop.Order.status <free>",
    }


def test_what_would_free_all_of_a_kind_is_refused():
    with pytest.raises(ValueError, match="everything"):
        read("declared setting:*")
