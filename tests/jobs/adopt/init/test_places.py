"""Lines of [target.env] that are found by looking, and what is said where none is: without a stack."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from harness.backend.guess import environ, source
from harness.core.look.django import Server
from harness.jobs.adopt.init import places
from harness.jobs.adopt.init.places import Told
from harness.stack.database import postgres

URL = f"postgres{environ.PLACE}"
HOME = Server(url="", kind="redis", host="127.0.0.1", port="6379", database="0")


def server(host: str) -> Server:
    return Server(url="", kind="", host=host, port="1234", database=postgres.DATABASE)


def look(tmp_path, database: str = "127.0.0.1", *, broker: Server = HOME, cache: Server = HOME) -> Any:
    (tmp_path / "settings.py").touch()
    there = SimpleNamespace(engine="django.db.backends.postgresql", server=server(database), user=postgres.OWNER)
    if database == "127.0.0.1":
        there.server = Server(url="", kind="", host=database, port="5432", database=postgres.DATABASE)
    given = SimpleNamespace(module="settings", databases={"default": there}, caches={"default": SimpleNamespace(servers=(cache,))}, logging=())  # fmt: skip
    nowhere = SimpleNamespace(server=server(""))
    celery = SimpleNamespace(broker=SimpleNamespace(server=broker), results=nowhere, always_eager=False)
    return SimpleNamespace(django=SimpleNamespace(settings=given), celery=celery)


def told(tmp_path, said: dict[str, str], given: Mapping[str, str] = {}) -> Told:
    variables = {name: source.Variable(name=name, default=None, needed=True, file=tmp_path, line=1) for name in (*said, "OTHER")}  # fmt: skip
    return Told(root=tmp_path, variables=variables, said=said, reads={}, given=given)


def test_the_variable_that_says_a_server_is_the_one_to_set(tmp_path):
    """Claim: by the host that looking shows; of what somebody has given nothing is changed, of what was made up all; where all is the stack's there is nothing to say."""
    said = {"A": "postgres://u:p@pg.there/x", "B": "redis://memo.there/1", "C": "queue.there:6379", "D": "https://pg.there/api"}  # fmt: skip
    seen = look(tmp_path, "pg.there", broker=server("queue.there"), cache=server("memo.there"))
    why: dict[str, str] = {}
    found = dict(places.lines(seen, told(tmp_path, said), {"A": "made-up"}, why))
    assert found == {"A": URL, "B": "{redis_url}", "C": "{host}"}
    assert why == {"target.env.A": places.DATABASE, "target.env.B": places.BROKER, "target.env.C": places.BROKER}
    assert dict(places.lines(seen, told(tmp_path, said, {"A": "mine"}), {"B": "{redis_url}", "C": "{host}"}, {})) == {}
    assert dict(places.lines(look(tmp_path), told(tmp_path, said), {}, {})) == {}


def test_where_no_variable_says_it_the_line_is_told(tmp_path):
    """Claim: which server it is, the option that mends it, and the names among which it may be; nothing where all is the stack's."""
    one, other = places.elsewhere(look(tmp_path, "pg.there", broker=server("queue.there")), told(tmp_path, {}))
    assert one == f"DATABASES is at pg.there:1234, which is not the stack's, and no variable was found that says so: harness init --env NAME='{URL}', where NAME is what it is read from, one of OTHER"  # fmt: skip
    assert other.startswith("the broker or a cache is at queue.there:1234, which is not the stack's")
    assert "--env NAME='{redis_url}'" in other
    assert [*places.elsewhere(look(tmp_path), told(tmp_path, {}))] == []


def test_what_settings_insist_on_is_made_up_by_what_it_is_for(tmp_path):
    """Claim: what a file says decides, then what it is read into, then its name."""
    one = Told(root=tmp_path, variables={}, said={"ZORB_A": "postgis://x/y"}, reads={"ZORB_B": frozenset({"broker"})}, given={})  # fmt: skip
    assert [one.made_up(name) for name in ("ZORB_A", "ZORB_B", "ZORB_PG", "ZORB_PG_PORT", "ZORB_URL", "ZORB_TOKEN")] == [
        f"postgis{environ.PLACE}", "{redis_url}", URL, "1", "https://made-up.example", places.KEY,
    ]  # fmt: skip
