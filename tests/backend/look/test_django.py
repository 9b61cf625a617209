"""What Django says: a project with every kind of key, table, route and guard that plain Django has."""

from __future__ import annotations

import pytest

from harness.core.look.django import ForeignKey, Key, Parameter
from tests.backend.look.conftest import SETTINGS, looked, write

MODELS = """
import uuid
from decimal import Decimal
from django.db import models

def made():
    return "x"

class Account(models.Model):
    ref = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = models.EmailField(unique=True)
    balance = models.DecimalField(max_digits=12, decimal_places=4, default=Decimal("0"))
    plan = models.CharField(max_length=8, choices=[("free", "Free"), ("pro", "Pro")], default="free")
    token = models.CharField(max_length=40, default=made, db_column="secret_token")
    changed = models.DateTimeField(auto_now=True)
    made = models.DateTimeField(auto_now_add=True)
    class Meta:
        db_table = 'billing"."account'
        ordering = ["-made"]

class Staff(Account):
    class Meta:
        proxy = True

class Company(Account):
    vat = models.CharField(max_length=20, null=True, blank=True)

class Line(models.Model):
    pk = models.CompositePrimaryKey("account_id", "number")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_column="payer")
    number = models.IntegerField()
    code = models.CharField(max_length=10)
    refunds = models.ForeignKey("self_made.Event", to_field="code", null=True, on_delete=models.SET_NULL, db_constraint=False)
    class Meta:
        unique_together = [("account", "code")]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="one_open", condition=models.Q(number=0)),
            models.UniqueConstraint(fields=["number", "code"], name="number_code"),
        ]

class Event(models.Model):
    code = models.SlugField(unique=True)
    friends = models.ManyToManyField("self")

class Report(models.Model):
    day = models.DateField(primary_key=True)
    total = models.GeneratedField(expression=models.F("n") + 1, output_field=models.IntegerField(), db_persist=True)
    n = models.IntegerField(db_default=3)
    class Meta:
        managed = False
        db_table = "v_report"
        app_label = "self_made"
"""
ROUTER = """
class Router:
    def db_for_write(self, model, **hints):
        return "archive" if model.__name__ == "Event" else None
    db_for_read = db_for_write
"""
MIGRATIONS = {
    "self_made/migrations/__init__.py": "",
    "self_made/migrations/0001_first.py": """
from django.db import migrations
class Migration(migrations.Migration):
    initial = True
    operations = [migrations.RunSQL("SELECT 1", "SELECT 2"), migrations.RunPython(lambda a, e: None, migrations.RunPython.noop)]
""",
    "self_made/migrations/0002_second.py": """
from django.db import migrations
class Migration(migrations.Migration):
    atomic = False
    dependencies = [("self_made", "0001_first")]
    operations = [migrations.RunPython(lambda a, e: None)]
""",
}
URLS = r"""
from django.contrib.auth.decorators import login_required, permission_required, user_passes_test
from django.contrib.auth.mixins import LoginRequiredMixin
from django.urls import include, path, re_path, register_converter
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_http_methods
from django.views.generic import ListView, View
from functools import wraps
from self_made.models import Event

class Year:
    regex = "[0-9]{4}"
    def to_python(self, value): return int(value)
    def to_url(self, value): return str(value)
register_converter(Year, "yyyy")

def plain(request, **kwargs): ...
@csrf_exempt
@require_POST
def hook(request): ...
@login_required
@require_http_methods(["GET", "DELETE"])
def mine(request): ...
@permission_required("self_made.add_event")
def allowed(request): ...
@user_passes_test(lambda user: user.is_staff)
def staff(request): ...
def member(view):
    @wraps(view)
    def asked(request, *args, **kwargs): return view(request, *args, **kwargs)
    return asked
@member
def inside(request): ...
class Detail(LoginRequiredMixin, View):
    def get(self, request, pk): ...
    def patch(self, request, pk): ...
class Page(ListView):
    model = Event
    paginate_by = 20

inner = ([
    path("<uuid:ref>/", Detail.as_view(), name="detail"),
    re_path(r"^(?P<slug>[-\w]+)/report\.(?P<format>csv|json)$", plain, name="report"),
    re_path(r"^(\d+)/(?:page-(?P<page>\d+)/)?$", plain),
], "shop")
urlpatterns = [
    path("", plain, name="home"),
    path("hook/", hook),
    path("mine/", mine),
    path("allowed/", allowed),
    path("staff/", staff),
    path("inside/", inside),
    path("page/", Page.as_view()),
    path("year/<yyyy:year>/<int:n>/<path:rest>", plain),
    path("v1/<slug:tenant>/", include(inner, namespace="first")),
]
"""
FILES = {
    "shop/settings.py": SETTINGS + """
import os
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "self_made"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
DATABASES["archive"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": "archive.sqlite3"}
DATABASES["default"]["PASSWORD"] = "never-told"
DATABASE_ROUTERS = ["shop.router.Router"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://:never-told@127.0.0.1:6380/4", "KEY_PREFIX": "shop"},
          "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "TIMEOUT": None}}
MEDIA_ROOT = "/srv/media"
LOGGING = {"version": 1, "handlers": {"file": {"class": "logging.FileHandler", "filename": "/nowhere/shop.log", "level": "INFO"}}}
""",
    "shop/router.py": ROUTER,
    "shop/urls.py": URLS,
    "self_made/__init__.py": "",
    "self_made/models.py": MODELS,
    "self_made/management/__init__.py": "",
    "self_made/management/commands/__init__.py": "",
    "self_made/management/commands/charge.py": "from django.core.management.base import BaseCommand as Command",
    **MIGRATIONS,
}  # fmt: skip


@pytest.fixture(scope="module")
def django(tmp_path_factory):
    return looked(write(tmp_path_factory.mktemp("made") / "target", FILES)).django


@pytest.fixture
def model(django):
    return lambda name: next(one for one in django.models if one.label == f"self_made.{name}")


@pytest.fixture
def route(django):
    return lambda template: next(one for one in django.routes if one.template == template)


def field(model, column):
    return next(one for one in model.fields if one.column == column)


def test_a_table_in_a_schema_of_its_own(model):
    """Claim: the schema that is written into db_table is told apart; a child's table points there."""
    account = model("Account")
    assert (account.schema, account.table, account.primary_key, account.own) == ("billing", "account", ("ref",), True)
    assert account.ordering == ("-made",)
    assert model("Company").foreign_keys[0] == ForeignKey(
        columns=("account_ptr_id",), to_schema="billing", to_table="account", to_columns=("ref",), on_delete="CASCADE", constraint=True,
    )  # fmt: skip
    assert (model("Company").primary_key, len(model("Company").fields)) == (("account_ptr_id",), 2)


def test_columns_say_what_a_row_needs(model):
    """Claim: kind, length, places, default, choices, automatic times; the column's name, not the field's."""
    account = model("Account")
    balance, plan, token = (field(account, name) for name in ("balance", "plan", "secret_token"))
    assert (balance.internal_type, balance.max_digits, balance.decimal_places) == ("DecimalField", 12, 4)
    assert (plan.choices, plan.default, plan.max_length) == (("free", "pro"), '"free"', 8)
    assert (token.name, token.default) == ("token", "self_made.models.made")
    assert field(account, "ref").db_type == "uuid"
    assert field(account, "ref").default == "uuid.uuid4"
    assert (field(account, "changed").auto_now, field(account, "made").auto_now_add) == (True, True)
    assert (field(account, "email").unique, field(account, "email").default) == (True, "")
    assert field(model("Company"), "vat").null
    assert account.unique == (Key(name="", columns=("email",), partial=False),)


def test_a_key_of_several_columns(model):
    """Claim: the columns of a composite key, by their names in the table."""
    line = model("Line")
    assert line.primary_key == ("payer", "number")
    assert [one.column for one in line.fields if one.primary_key] == ["payer", "number"]
    assert [(one.columns, one.to_table, one.to_columns, one.constraint) for one in line.foreign_keys] == [
        (("payer",), "account", ("ref",), True),
        (("refunds_id",), "self_made_event", ("code",), False),
    ]
    assert [(one.name, one.columns, one.partial) for one in line.unique] == [
        ("", ("payer", "code"), False),
        ("one_open", ("code",), True),
        ("number_code", ("number", "code"), False),
    ]


def test_tables_that_django_does_not_make(model):
    """Claim: unmanaged, generated, with the database's own default; proxies share a table and its fields."""
    report = model("Report")
    assert (report.managed, report.table, report.primary_key) == (False, "v_report", ("day",))
    assert (field(report, "total").generated, field(report, "n").db_default) == (True, True)
    assert (model("Staff").proxy, model("Staff").table) == (True, "account")
    assert len(model("Staff").fields) == len(model("Account").fields)


def test_tables_of_pairs(model):
    """Claim: a many-to-many's own table is a model too, and the field names it."""
    assert model("Event").many_to_many == {"friends": "self_made_event_friends"}
    assert model("Event_friends").auto_created


def test_several_databases(django, model):
    """Claim: every alias is told, and where each model is written; no password is."""
    assert {alias: one.server.kind for alias, one in django.settings.databases.items()} == {
        "default": "postgresql",
        "archive": "sqlite3",
    }
    assert (model("Event").database, model("Account").database) == ("archive", "default")
    assert "never-told" not in repr(django)


def test_caches_say_which_server_and_database(django):
    """Claim: a cache in another database of a Redis is told by its number."""
    shared, local = django.settings.caches["default"], django.settings.caches["local"]
    assert [(one.host, one.port, one.database) for one in shared.servers] == [("127.0.0.1", "6380", "4")]
    assert (shared.location, shared.key_prefix) == ("redis://:**@127.0.0.1:6380/4", "shop")
    assert (local.servers, local.timeout_s) == ((), None)


def test_files_that_the_target_writes(django):
    """Claim: media and log files are told by their paths."""
    assert django.settings.media_root == "/srv/media"
    assert [(one.kind, one.path, one.level) for one in django.settings.logging] == [
        ("logging.FileHandler", "/nowhere/shop.log", "INFO")
    ]


@pytest.mark.parametrize(
    ("template", "name", "parameters"),
    [
        ("/", "home", []),
        ("/year/{year}/{n}/{rest}", "", [("year", "yyyy"), ("n", "int"), ("rest", "path")]),
        ("/v1/{tenant}/{ref}/", "first:detail", [("tenant", "slug"), ("ref", "uuid")]),
        ("/v1/{tenant}/{slug}/report.{format}", "first:report", [("tenant", "slug"), ("slug", ""), ("format", "")]),
        ("/v1/{tenant}/{0}/page-{page}/", "", [("tenant", "slug"), ("0", ""), ("page", "")]),
    ],
)
def test_paths_are_templates(route, template, name, parameters):
    """Claim: includes, namespaces, converters and regular expressions are one path with names in it."""
    found = route(template)
    assert found.name == name
    assert [(one.name, one.converter) for one in found.parameters] == parameters


def test_what_a_parameter_matches(route):
    """Claim: the expression behind a name is kept."""
    assert route("/v1/{tenant}/{slug}/report.{format}").parameters[2] == Parameter(
        name="format", converter="", regex="csv|json"
    )


@pytest.mark.parametrize(
    ("template", "methods", "asks"),
    [
        ("/", (), ()),
        ("/hook/", ("POST",), ()),
        ("/mine/", ("DELETE", "GET"), ("django.contrib.auth.decorators.login_required",)),
        ("/allowed/", (), ("django.contrib.auth.decorators.permission_required",)),
        ("/staff/", (), ("django.contrib.auth.decorators.user_passes_test(shop.urls.<lambda>)",)),
        ("/v1/{tenant}/{ref}/", ("GET", "PATCH"), ("django.contrib.auth.mixins.LoginRequiredMixin",)),
        ("/page/", ("GET",), ()),
    ],
)
def test_methods_and_guards_without_rest_framework(route, template, methods, asks):
    """Claim: what decorators and mixins say of a view."""
    assert (route(template).methods, route(template).permissions) == (methods, asks)


def test_the_targets_own_decorators_are_named(route):
    """Claim: what nobody but the target knows is told by its name."""
    assert route("/inside/").wrapped_in == ("shop.urls.member",)
    assert route("/mine/").wrapped_in == ()
    assert (route("/hook/").csrf_exempt, route("/mine/").csrf_exempt) == (True, False)
    assert route("/page/").pagination == "django.core.paginator.Paginator"


def test_every_view_asked_by_middleware(target):
    """Claim: the middleware that wants a login for every view is told for each, but for those that are exempt."""
    files = {
        "shop/settings.py": FILES["shop/settings.py"]
        + "MIDDLEWARE += ['django.contrib.auth.middleware.LoginRequiredMiddleware']",
        "shop/urls.py": "from django.contrib.auth.decorators import login_not_required\nfrom django.urls import path\n"
        "def one(request): ...\n@login_not_required\ndef two(request): ...\nurlpatterns = [path('one', one), path('two', two)]",
    }
    look = target({**FILES, **files})
    assert [(one.template, len(one.permissions)) for one in look.django.routes] == [("/one", 1), ("/two", 0)]


def test_migrations_say_whether_they_can_be_taken_back(django):
    """Claim: by operation; nothing is asked of a database."""
    own = {one.name: one for one in django.migrations if one.own}
    assert list(own) == ["0001_first", "0002_second"]
    assert own["0001_first"].reversible
    assert (own["0002_second"].reversible, own["0002_second"].atomic) == (False, False)
    assert own["0002_second"].irreversible == ("Raw Python operation",)
    assert {one.app for one in django.migrations if not one.own} == {"auth", "contenttypes"}


def test_commands_of_the_targets_own_apps(django):
    """Claim: and no other's."""
    assert [(one.name, one.app) for one in django.commands] == [("charge", "self_made")]
    assert [one.label for one in django.apps if one.own] == ["self_made"]
