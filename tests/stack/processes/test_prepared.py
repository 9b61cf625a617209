"""The prepared database: made once, found again, made anew where it must be."""

from __future__ import annotations

import os

import pytest

from tests.stack.isolation.test_island import facts
from tests.stack.processes.booting import boot, packs

pytestmark = pytest.mark.stack


def test_a_damaged_cache_is_rebuilt(launch, place):
    """Claim: an altered cache file costs time and nothing else; test_pack.py has every kind of damage."""
    body = boot("say(built=stack.database.built, things=stack.db.execute('SELECT count(*) FROM things').fetchone()[0])")
    facts(launch(body, cold=True))
    (pack,) = packs(place)
    good = pack.read_bytes()
    middle = len(good) // 2
    altered = good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :]
    pack.write_bytes(altered)
    assert facts(launch(body, cold=True)) == [{"built": True, "things": 0}]
    assert packs(place) == [pack]
    assert facts(launch(body, cold=True)) == [{"built": False, "things": 0}]


def test_a_whole_cache_that_is_no_database_is_rebuilt(launch, place):
    """Claim: a pack with a right checksum and wrong contents is not trusted either."""
    from harness.stack.database.pack import write

    body = boot("say(built=stack.database.built)")
    facts(launch(body, cold=True))
    (pack,) = packs(place)
    (place.folder / "empty").mkdir()
    write(place.folder / "empty", pack)
    pack.chmod(0o644)
    assert facts(launch(body, cold=True)) == [{"built": True}]


def test_two_builders_at_once_leave_one_good_cache(launch, place):
    """Claim: cold boots side by side both come up, and what they leave serves the next."""
    body = boot("say(built=stack.database.built)")
    config = place.config()
    both = [launch(body, cold=True, config=config) for _ in range(2)]
    for process in both:
        facts(process)
    assert len(packs(place)) == 1
    assert facts(launch(body, cold=True)) == [{"built": False}]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_postgres_is_copied_when_nobody_cannot_reach_it(launch, place):
    """Claim: with the wheel below a folder closed to others, root boots all the same, cold and warm, and backs up."""
    first = "from harness.stack.database import postgres\npostgres._open_to_all = lambda home: False"
    body = boot(
        "from harness.stack.processes import retarget\n"
        "        file = isl.run_dir / 'backup.dump'\n"
        "        retarget.backup(stack, file)\n"
        "        say(built=stack.database.built, copied=(isl.run_dir / 'postgres').exists(), saved=file.stat().st_size > 0)"
    )
    for built in (True, False):
        assert facts(launch(body, cold=True, first=first)) == [{"built": built, "copied": True, "saved": True}]


def test_changed_migrations_make_a_new_database(launch, place):
    """Claim: the cache never answers for other sources, not even of equal size and time."""
    body = boot("say(built=stack.database.built, things=stack.db.execute('SELECT n FROM things').fetchall())")
    script = place.folder / "target" / "migrate.py"
    text = script.read_text() + '    db.execute("INSERT INTO things (n) VALUES (100)")\n'
    for number in ("100", "200"):
        script.write_text(text.replace("100", number))
        assert facts(launch(body, cold=True)) == [{"built": True, "things": [[int(number)]]}]
    assert len(packs(place)) == 2


def test_a_cache_that_cannot_be_written_is_replaced_by_the_projects_own(launch, place):
    """Claim: with no writable home the cache is <project>/.harness/cache."""
    place.folder.chmod(0o777)
    blocked = place.folder / "file"
    blocked.write_text("")
    body = boot("say(cache=str(stack.cache_dir), built=stack.database.built)")
    env = {"HOME": str(blocked), "XDG_CACHE_HOME": ""}
    for built in (True, False):
        assert facts(launch(body, env=env)) == [{"cache": str(place.folder / ".harness" / "cache"), "built": built}]


SEVERAL = """
import os, sys, psycopg
alias = sys.argv[sys.argv.index("--database") + 1] if "--database" in sys.argv else "default"
name = os.environ["DB_NAME"] if alias == "default" else os.environ["OTHER"]
with psycopg.connect(host=os.environ["DB_HOST"], port=os.environ["DB_PORT"], dbname=name, user=os.environ["DB_USER"]) as db:
    db.execute(f"CREATE TABLE {alias}_things (id serial PRIMARY KEY)")
"""


def test_several_databases_and_folders_of_the_targets_own(launch, place):
    """Claim: each alias has a database of its own, migrated, owned by an ordinary role, found again in the cache; {media}
    and {logs_dir} lie below the folder of the run and are emptied."""
    config = place.config(extra='OTHER = "{db_name_analytics}"\nMEDIA_ROOT = "{media}"\nLOGS = "{logs_dir}"')
    text = config.read_text().replace('name = "small"', 'name = "small"\ndatabases = ["default", "analytics"]')
    config.write_text(text.replace('table = "things"', 'table = "default_things"'))
    (place.folder / "target" / "migrate.py").write_text(SEVERAL)
    code = "import os; [open(os.environ[name] + '/left', 'w').write('x') for name in ('MEDIA_ROOT', 'LOGS')]"
    body = boot(
        f"""query = "SELECT relname, pg_get_userbyid(relowner) FROM pg_class WHERE relname LIKE '%things'"
        tables = {{alias: db.execute(query).fetchall() for alias, db in stack.dbs.items()}}
        role = stack.db.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = %s", [stack.places["db_user"]]).fetchone()
        code = stack.spawn("probe", ["{{python}}", "-c", {code!r}]).wait()
        left = lambda: [[f.name, f.stat().st_size] for name in ("media", "logs_dir") for f in Path(stack.places[name]).iterdir()]
        before = left()
        stack.empty_files()
        say(built=stack.database.built, tables=tables, role=role, code=code, before=before, after=left(),
            below=all(Path(stack.places[name]).is_relative_to(isl.run_dir) for name in ("media", "logs_dir")))"""
    )
    for built in (True, False):
        (seen,) = facts(launch(body, cold=True, config=config, mode="namespace"))
        assert seen == {
            "built": built,
            "tables": {"default": [["default_things", "app_owner"]], "analytics": [["analytics_things", "app_owner"]]},
            "role": [False, False],
            "code": 0,
            "before": [["left", 1], ["left", 1]],
            "after": [["left", 0]],
            "below": True,
        }
