"""What is guessed of backends that nobody has seen: other words, other shapes, other ways to read the environment."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from harness.backend.guess import candidates, environ, money, settings, source
from tests.backend.look import conftest

MODELS = """
from django.conf import settings
from django.db import models

class {holder}(models.Model):
    {held}
    max_credits = models.IntegerField(default=5)

class Plan(models.Model):
    monthly_credits = models.IntegerField(default=0)

class {moved}(models.Model):
    who = models.ForeignKey({holder}, models.CASCADE)
    {amounts}

class Generation(models.Model):
    title = models.CharField(max_length=5)
    tokens_total = models.IntegerField(default=0)
"""
SHAPES = {
    "points of a profile": ("Profile", "points = models.IntegerField(default=0)", "PointHistory", "change = models.IntegerField()\n    reason = models.CharField(max_length=9)", ("points", "change", "reason")),
    "a team's funds": ("Team", "funds = models.DecimalField(max_digits=9, decimal_places=2)", "Posting", "amount = models.DecimalField(max_digits=9, decimal_places=2)\n    side = models.CharField(max_length=6, choices=[('debit', 'd'), ('credit', 'c')])\n    funds_after = models.IntegerField()", ("funds", "amount", "side")),
    "minutes of a client": ("Client", "remaining_minutes = models.PositiveIntegerField(default=0)", "LedgerEntry", "quantity = models.IntegerField()\n    kind = models.CharField(max_length=9, choices=[('use', 'u'), ('topup', 't')])", ("remaining_minutes", "quantity", "kind")),
    "spends, by what the target sells": ("Studio", "remaining = models.PositiveIntegerField(default=0)", "Spend", "points = models.IntegerField()\n    left = models.IntegerField()\n    why = models.CharField(max_length=9, choices=[('caption', 'c'), ('album', 'a'), ('refill', 'r')])", ("remaining", "points", "why")),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_a_ledger_of_other_words_is_found(name: str, tmp_path: Path):
    """Claim: the balance, what moves it and its words, without any name of it being known."""
    holder, held, moved, amounts, (column, amount, kind) = SHAPES[name]
    files = {
        "shop/settings.py": conftest.SETTINGS.replace("INSTALLED_APPS = []", 'INSTALLED_APPS = ["shop"]'),
        "shop/models.py": MODELS.format(holder=holder, held=held, moved=moved, amounts=amounts),
    }
    look = conftest.looked(conftest.write(tmp_path / "target", files))
    found = money.guess(look.django)
    assert found.balance is not None
    assert found.movements is not None
    assert (found.balance.model.label, found.balance.columns["column"]) == (f"shop.{holder}", column)
    assert (found.movements.model.label, found.movements.columns["amount"]) == (f"shop.{moved}", amount)
    assert found.movements.columns.get("type", "") == kind
    ledger = settings.ledger(found, look.django)
    assert ledger["balance"]["account"] == "id"
    assert ledger["movements"]["account"] == "who_id"
    if kind == "kind":
        assert ledger["movements"]["types"] == {"deduction": ["use"], "purchase": ["topup"]}
    if kind == "why":  # what is no word of everybody's is what credits are spent on
        assert ledger["movements"]["types"] == {"purchase": ["refill"], "deduction": ["caption", "album"]}
        assert (ledger["movements"]["operation"], ledger["movements"]["balance_after"]) == ("why", "left")
    if "Decimal" in held:
        assert (ledger["unit"], ledger["decimals"]) == ("decimal", 2)
        assert ledger["movements"]["sign"] == {"column": "side", "out": ["debit"], "in": ["credit"]}


def test_a_balance_that_no_column_holds_is_what_moved(tmp_path: Path):
    """Claim: what the movements of an account add up to, asked by a query."""
    files = {
        "shop/settings.py": conftest.SETTINGS.replace("INSTALLED_APPS = []", 'INSTALLED_APPS = ["shop"]'),
        "shop/models.py": "from django.db import models\nclass Club(models.Model):\n    title = models.CharField(max_length=9)\nclass Team(models.Model):\n    title = models.CharField(max_length=9)\n"
        "class CreditEntry(models.Model):\n    team = models.ForeignKey(Team, models.CASCADE)\n    amount = models.IntegerField()\n",
    }
    look = conftest.looked(conftest.write(tmp_path / "target", files))
    found = money.guess(look.django)
    assert found.balance is None
    ledger = settings.ledger(found, look.django)
    assert ledger["accounts"] == "team"
    assert (
        ledger["balance"]["sql"] == "SELECT team_id AS account, sum(amount) AS balance FROM shop_creditentry GROUP BY 1"
    )
    assert ledger["movements"] == {"table": "credit_entry", "amount": "amount", "account": "team_id"}


def test_what_may_be_a_balance_is_told_the_likeliest_first(tmp_path: Path):
    """Claim: a number that begins with nothing, of whoever somebody is or of a row that belongs to just one; then what rows of theirs add up to; prices,
    counts and rows of what happens are none. Each as lines that [ledger] takes."""
    files = {
        "shop/settings.py": conftest.SETTINGS.replace("INSTALLED_APPS = []", 'INSTALLED_APPS = ["shop"]'),
        "shop/models.py": """
from django.db import models
class Guild(models.Model):
    beans = models.DecimalField(max_digits=9, decimal_places=2, default=0)
    seats = models.IntegerField(null=True)
class Member(models.Model):
    guild = models.OneToOneField(Guild, models.CASCADE)
    stars = models.IntegerField(default=0)
class Tariff(models.Model):
    price = models.IntegerField(default=0)
class Job(models.Model):
    steps = models.IntegerField(default=0)
class StarEntry(models.Model):
    member = models.ForeignKey(Member, models.CASCADE)
    weight = models.IntegerField()
""",
    }
    look = conftest.looked(conftest.write(tmp_path / "target", files))
    found = candidates.candidates(look.django)
    assert [one.where for one in found] == ["shop.Member.stars", "shop.Guild.beans", "what it adds up to: shop.StarEntry.weight"]  # fmt: skip
    stars, beans, summed = ("\n".join(one.lines) for one in found)
    assert tomllib.loads(stars) == {"accounts": "guild", "balance": {"table": "member", "column": "stars", "account": "guild_id"}}  # fmt: skip
    assert tomllib.loads(beans) == {"unit": "decimal", "decimals": 2, "accounts": "guild", "balance": {"table": "guild", "column": "beans", "account": "id"}}  # fmt: skip
    assert tomllib.loads(summed)["movements"] == {"table": "star_entry", "amount": "weight", "account": "member_id"}


def test_variables_are_read_in_every_way(tmp_path: Path):
    """Claim: with their defaults, and whether they must be there; tests and installed packages are nobody's settings."""
    (tmp_path / "conf.py").write_text(
        'import os\nenv = os.environ.get\nA = os.environ["MUST_BE"]\nB = env("MAY_BE", "x")\nC = os.getenv("NONE_AT_ALL")\n'
        'D = config("DECOUPLED", default=5)\nE = env("MADE_UP", str(1 + 1))\nurl = "https://api.words.example.com/v1/chat"\n'
        'other = "https://api.words.io/v1"\n"""https://docs.words.io"""\n'
    )
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "conf.py").write_text('import os\nX = os.environ["OF_A_TEST"]\n')
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "harness.toml").write_text("format = 1\n")
    (tmp_path / "ours" / "x.py").write_text('import os\nX = os.environ["OF_OURS"]\n')
    found = {one.name: (one.default, one.needed) for one in source.variables(tmp_path)}
    assert found == {
        "MUST_BE": (None, True), "MAY_BE": ("x", False), "NONE_AT_ALL": (None, False), "DECOUPLED": ("5", False), "MADE_UP": (source.MADE, False),
    }  # fmt: skip
    assert source.hosts(tmp_path) == {"api.words.io": "/v1"}


def test_what_decides_where_the_database_is_is_set(tmp_path: Path):
    """Claim: of sqlite by default, of a URL under another name and of parts through names: each variable gets the stack's place; what a
    stack sets anyway is left."""
    (tmp_path / "conf" / "settings").mkdir(parents=True)
    (tmp_path / "conf" / "settings" / "base.py").write_text(
        'import os\nHOST = os.environ.get("SQL_HOST", "db")\nDATABASES = {"default": {"ENGINE": os.environ.get("SQL_ENGINE", "django.db.backends.sqlite3"), '
        '"NAME": os.environ.get("DB_NAME", "x"), "HOST": HOST}}\n'
    )
    (tmp_path / "conf" / "settings" / "prod.py").write_text('DATABASES = {"default": dj_database_url.config(env="MAIN_DB_URL")}\n')  # fmt: skip
    found = settings.database_lines(tmp_path, "conf.settings.prod", {})
    assert found == {"SQL_HOST": "{db_host}", "SQL_ENGINE": settings.ENGINE, "MAIN_DB_URL": settings.URL}


def test_a_whole_address_is_known_by_what_is_read_from_it(tmp_path: Path):
    """Claim: a variable that several parts of DATABASES are read from is its address, through names of names, too, and by whoever parses it."""
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "settings.py").write_text(
        'SAID = os.environ["ZORB_PG"]\nPARTS = urlsplit(SAID)\n'
        'DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": PARTS.path[1:], "USER": PARTS.username, "HOST": PARTS.hostname}}\n'
        'OTHER = os.environ["ZORB_TWO"]\nDATABASES["two"] = dj_database_url.parse(OTHER)\n'
    )
    assert settings.database_lines(tmp_path, "conf.settings", {}) == {"ZORB_PG": settings.URL, "ZORB_TWO": settings.URL}


@pytest.mark.parametrize(
    ("value", "stands"),
    [
        ("postgres://u:p@db.internal/x?sslmode=require", "postgres://{db_user}:{db_password}@{db_host}:{db_port}/{db_name}"),
        ("postgis://db/x", "postgis://{db_user}:{db_password}@{db_host}:{db_port}/{db_name}"),
        ("rediss://:p@cache:6380/2", "{redis_url}"), ("amqp://rabbit//", "{redis_url}"), ("https://db.internal", ""), ("30", ""),
    ],
)  # fmt: skip
def test_an_address_is_known_by_its_scheme(value: str, stands: str):
    assert environ.shape(value) == stands


def test_hosts_of_an_address():
    """Claim: of several all, without who asks; a text that is no address is its host."""
    assert environ.hosts("sentinel://a:1;sentinel://b:2") == ["a", "b"]
    assert environ.hosts("postgres://u:p@db.internal:5432/redis") == ["db.internal"]
    assert environ.hosts("redis:6379") == ["redis"]


def test_what_a_variable_is_read_into_says_what_it_is(tmp_path: Path):
    """Claim: by the nearest name, whatever it is called itself; a part of an address is none; .env says more than its example."""
    (tmp_path / "settings.py").write_text(
        'import os\nDATABASES = {"default": dj_database_url.parse(os.environ["ZORB_A"]), "two": {"NAME": os.environ["ZORB_B"]}}\n'
        'CACHES = {"default": {"LOCATION": os.environ["ZORB_C"]}}\nCELERY_RESULT_BACKEND = os.environ["ZORB_D"]\n'
        'app = Celery("x", broker=os.environ["ZORB_E"])\nZORB_F = os.environ["ZORB_F"]\nFLAG = bool(os.environ["ZORB_PG_DEBUG"])\nX = f(os.environ["ZORB_PG"])\n'
    )
    (tmp_path / ".env").write_text("# a comment\nexport ZORB_A='postgres://a#b/c'\nZORB_F = 5 # so\n")
    (tmp_path / ".env.example").write_text("ZORB_A=other\nZORB_C=redis://cache/1\n")
    read = environ.reads(tmp_path)
    found = {name: environ.by_words(name, said) for name, said in read.items()}
    assert found == {
        "ZORB_A": settings.URL, "ZORB_B": "", "ZORB_C": "{redis_url}", "ZORB_D": "{redis_url}", "ZORB_E": "{redis_url}", "ZORB_F": "",
        "ZORB_PG_DEBUG": "", "ZORB_PG": settings.URL,
    }  # fmt: skip
    assert environ.written([tmp_path, tmp_path]) == {"ZORB_A": "postgres://a#b/c", "ZORB_F": "5", "ZORB_C": "redis://cache/1"}  # fmt: skip
