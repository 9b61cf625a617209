"""`harness init --yes` in the bare checkout of backends that other teams wrote, and of two that nothing here was written for.

What a team wrote for them by hand (`<name>.harness`) is not there. The packages of their requirements are installed once a session, by pip.
"""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from tests.whole.workshop import REPOSITORY, Workshop

PATIENCE_S = 1500
MOST_LINES, MOST_TOUCHED = 40, 10
LEAVE = shutil.ignore_patterns("__pycache__", ".harness", "runs")


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """What init came to: its document, the folder of harness.toml and the checkout around it."""

    code: int
    said: dict[str, Any]
    project: Path
    checkout: Path
    shop: Workshop


SOURCES = {
    "igny8_b": ("tests/targets/igny8_b", ".", 3, 4),
    "lingopost": ("tests/targets/lingopost", "charges", 3, 0),
    "shopscribe": ("tests/targets/shopscribe", ".", 3, 0),
    "minutes": ("tests/whole/strangers/minutes", ".", 2, 1),
    "drafts": ("tests/whole/strangers/drafts", ".", 2, 0),
    "atelier": ("tests/whole/strangers/atelier", "charges", 5, 0),
}
"""Name -> where it stands, where its project goes, the least number of scenarios that are green, and the most lines that wait for a look."""

PRICES = {
    "lingopost": (
        "purse/prices.py",
        "amount = max(total, minimum).quantize(CENT_OF_A_CENT, ROUND_HALF_UP)",
        "desk/transcript_polish",
    ),
    "minutes": ("src/notes/views.py", 'Decimal("1.50")', "notes/note_shorten"),
    "drafts": ("app/shop/tasks.py", "amount=-3", "shop/draft_write"),
    "atelier": ("src/config/settings/base.py", "POINTS_PER_CAPTION = 3", "captions/captions"),
}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Callable[[str], First]:
    """first(name): `harness init --yes` in a copy of the bare checkout, done once for all who ask."""

    @lru_cache
    def made(name: str) -> First:
        source, project, _, _ = SOURCES[name]
        checkout = tmp_path_factory.mktemp("first") / name
        shutil.copytree(REPOSITORY / source, checkout, ignore=LEAVE)
        told = Workshop(folder=checkout, cache=cache).harness("init", "--yes", "--json", patience_s=PATIENCE_S)
        assert told.out, told.err
        return First(code=told.code, said=json.loads(told.out), project=checkout / project, checkout=checkout, shop=Workshop(folder=checkout, cache=cache))  # fmt: skip

    return made


@pytest.mark.proof
@pytest.mark.stack
@pytest.mark.timeout(PATIENCE_S)
@pytest.mark.parametrize("name", SOURCES)
def test_a_bare_checkout_comes_to_a_first_green_run(name: str, first: Callable[[str], First]):
    """Claim: nothing is written by hand, a billable scenario is green, harness.toml is short, and few of its lines wait for anybody."""
    one = first(name)
    _, _, least, look = SOURCES[name]
    minutes = sum(one.said["seconds"].values()) / 60
    print(
        f"{name}: {minutes:.1f} minutes, {one.said['lines']} lines, {one.said['look']} to look at, green: {one.said['green']}"
    )
    assert one.code == 0, one.said
    assert len(one.said["green"]) >= least, one.said
    text = (one.project / "harness.toml").read_text()
    assert len(text.splitlines()) <= MOST_LINES
    assert text.count("# look\n") - 1 <= look <= MOST_TOUCHED  # the head of the file says what the mark means
    charged = {way["id"]: way["charged"] for way in one.said["found"]}
    assert all(float(charged[scenario]) > 0 for scenario in one.said["green"])


@pytest.mark.proof
@pytest.mark.stack
@pytest.mark.timeout(PATIENCE_S)
@pytest.mark.parametrize("name", SOURCES)
def test_what_is_green_stays_green_and_a_second_init_writes_nothing(name: str, first: Callable[[str], First]):
    """Claim: the same command again changes no file, drives nothing and ends with 0."""
    one = first(name)
    before = {path: path.read_bytes() for path in one.checkout.rglob("*.toml") if ".harness" not in path.parts and "runs" not in path.parts}  # fmt: skip
    told = one.shop.harness("init", "--yes", "--json", patience_s=PATIENCE_S)
    assert told.code == 0, told.out + told.err
    assert json.loads(told.out)["written"] == []
    assert {path: path.read_bytes() for path in before} == before
    again = one.shop.harness(
        "verify", *(word for cell in one.said["green"] for word in ("--only", cell)), patience_s=PATIENCE_S
    )
    assert again.code == 0, again.out + again.err


@pytest.mark.proof
@pytest.mark.stack
@pytest.mark.timeout(PATIENCE_S)
@pytest.mark.parametrize("name", PRICES)
def test_what_init_locked_tells_another_price(name: str, first: Callable[[str], First]):
    """Claim: green is no empty word: a price that is another by one fails the scenario by its golden, in credits."""
    one = first(name)
    file, price, scenario = PRICES[name]
    text = (one.checkout / file).read_text()
    assert price in text
    (one.checkout / file).write_text(text.replace(price, f"{price} + 1" if "(" in price else f"{price} - 1", 1))
    try:
        told = one.shop.harness("verify", "--only", scenario, patience_s=PATIENCE_S)
    finally:
        (one.checkout / file).write_text(text)
    assert told.code == 1, told.out + told.err
    seen = told.failures(f"{scenario}@manual")
    assert "golden" in seen, told.out
    assert any("1" in line and "charged" in line for line in seen["golden"]), seen


LOGGED = """
from pathlib import Path
LOGS = Path(__file__).resolve().parents[2] / "logs"
LOGS.mkdir(exist_ok=True)
LOGGING = {
    "version": 1,
    "handlers": {"file": {"class": "logging.FileHandler", "filename": str(LOGS / "app.log")}},
    "root": {"handlers": ["file"], "level": "INFO"},
}
"""


@pytest.mark.stack
def test_a_backend_that_logs_into_its_own_tree_is_looked_at(tmp_path: Path, cache: Path):
    """Claim: what it writes while it is imported is found and said in harness.toml, and no byte of it comes into the checkout."""
    checkout = tmp_path / "minutes"
    shutil.copytree(REPOSITORY / "tests/whole/strangers/minutes", checkout, ignore=LEAVE)
    with (checkout / "src" / "conf" / "settings" / "common.py").open("a") as settings:
        settings.write(LOGGED)
    told = Workshop(folder=checkout, cache=cache).harness("init", "--yes", "--no-drive", patience_s=PATIENCE_S)
    assert told.code == 0, told.out + told.err
    assert 'writes = ["logs"]' in (checkout / "harness.toml").read_text()
    assert list((checkout / "src" / "logs").iterdir()) == []


ONE_ADDRESS = """
from pathlib import Path
from urllib.parse import urlsplit
for line in (Path(__file__).resolve().parents[1] / ".env").read_text().splitlines():
    os.environ.setdefault(*line.split("=", 1))
PLACE = urlsplit(os.environ["ZORB_PG"])
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": PLACE.path[1:], "USER": PLACE.username, "PASSWORD": PLACE.password, "HOST": PLACE.hostname, "PORT": str(PLACE.port or 5432)}}
BROKER = os.environ["ZORB_Q"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": os.environ["ZORB_MEMO"]}}
"""
ENV = "ZORB_PG=postgres://zorb:secret@pg.zorb.internal/zorb\nZORB_MEMO=redis://memo.zorb.internal:6379/3\n"


@pytest.mark.stack
@pytest.mark.parametrize("env", [ENV, ENV.partition("\n")[0] + "\n", ""], ids=["all but one", "the database", "none"])
def test_a_variable_of_its_own_name_that_is_a_whole_address_is_found(env: str, tmp_path: Path, cache: Path):
    """Claim: said in a .env file or nowhere, what feeds DATABASES, the broker and CACHES is a line of harness.toml, and the stack comes up with it."""
    checkout = tmp_path / "drafts"
    shutil.copytree(REPOSITORY / "tests/whole/strangers/drafts", checkout, ignore=LEAVE)
    (checkout / "app" / ".env").write_text(env)
    settings = checkout / "app" / "conf" / "settings.py"
    kept = [line for line in settings.read_text().splitlines() if not line.startswith(("DATABASES", "BROKER"))]
    settings.write_text("\n".join(kept) + ONE_ADDRESS)
    told = Workshop(folder=checkout, cache=cache).harness("init", "--yes", "--no-drive", patience_s=PATIENCE_S)
    assert told.code == 0, told.out + told.err
    said = tomllib.loads((checkout / "harness.toml").read_text())["target"]["env"]
    assert {name: value for name, value in said.items() if name.startswith("ZORB")} == {
        "ZORB_PG": "postgres://{db_user}:{db_password}@{db_host}:{db_port}/{db_name}", "ZORB_Q": "{redis_url}", "ZORB_MEMO": "{redis_url}",
    }  # fmt: skip
    assert "which is not the stack's" not in told.out
    assert "secret@" not in (checkout / "harness.toml").read_text()
    assert "ways that cost" in told.out or "way that cost" in told.out
