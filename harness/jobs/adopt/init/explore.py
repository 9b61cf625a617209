"""Pressing what can be pressed, in a stack whose providers are simulated, until something costs: each way in a world of its own.

A way is tried in a rich world (a row of every model) with what it seems to need, then with all that it reads; what costs there is tried in
the smallest world that its keys ask for, and the smaller one is kept where it costs the same. What the database refuses of a world is left
out. Whatever else is refused is kept as the reason that is told.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import Any

from harness.backend.guess.money import Money
from harness.backend.guess.settings import named
from harness.cell.live import Live, boot
from harness.cell.run import folded
from harness.core.config import Auth, Config
from harness.core.errors import HarnessError, StackError
from harness.core.look.values import Look
from harness.core.scenario import Cell, Given
from harness.jobs.adopt.init import told
from harness.jobs.adopt.init.press import asked, byhand, callers, handy, ways
from harness.jobs.adopt.init.values import REQUEST, Caller, Planted, Tried, Way, scenario
from harness.jobs.adopt.init.world import World
from harness.stack.isolation.island import Island

PATIENCE_S = 10.0
"""Until a way that does not come to rest is given up."""
BUDGET_S = 240.0
"""After which no further way is tried."""
REFUSED = (401, 403)
MOST_TRIES = 4
"""Of one way, in the rich world."""
_TABLES = """SELECT CASE WHEN n.nspname = 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END, c.relkind FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^(pg_|harness)'"""


@dataclass(slots=True, kw_only=True)
class Explored:
    """`found` are the ways that cost something, in the order in which they were tried; `others` what came of the rest."""

    caller: Caller = field(default_factory=lambda: Caller(name="nobody was asked"))
    found: list[Tried] = field(default_factory=list)
    others: list[Tried] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    """Models of which the database took no row -> why."""
    seconds: float = 0.0
    cut: str = ""
    """Why not everything was tried."""


def explored(config: Config, look: Look, money: Money, place: Island, say: Callable[[str], None]) -> Explored:
    """`config` is ready to boot. Raises what booting raises; a stack that breaks later ends the search, and what was found stays."""
    begun, result = time.perf_counter(), Explored()
    config = replace(config, settle_timeout_s=PATIENCE_S)
    with boot(config, place, mode="simulate", shell=True) as live:
        search = Search(config, look, money, live, result, say)
        try:
            search.all(begun)
        except StackError as error:
            result.cut = f"the stack broke: {error.message}"
    result.seconds = time.perf_counter() - begun
    return result


def of_document(document: Mapping[str, Any]) -> Explored:
    """What another process explored."""
    ones = {name: [_tried_of(one) for one in document[name]] for name in ("found", "others")}
    caller = {**document["caller"], "planted": tuple(Planted(**one) for one in document["caller"]["planted"])}
    return Explored(**{**document, **ones, "caller": Caller(**caller)})


def _tried_of(document: Mapping[str, Any]) -> Tried:
    way = {**document["way"], **{name: tuple(document["way"][name]) for name in ("rows", "many")}}
    lists = {name: tuple(document[name]) for name in ("calls", "hosts", "refused")}
    lists |= {name: tuple(tuple(one) for one in document[name]) for name in ("fell", "wrote")}
    return Tried(
        **{**document, **lists, "way": Way(**way), "planted": tuple(Planted(**one) for one in document["planted"])}
    )


class Search:
    def __init__(
        self, config: Config, look: Look, money: Money, live: Live, result: Explored, say: Callable[[str], None]
    ) -> None:
        self.config, self.look, self.live, self.result, self.say = config, look, live, result, say
        kinds = dict(live.db.execute(_TABLES).fetchall())
        views = frozenset(name for name, kind in kinds.items() if kind in ("v", "m", "f"))
        own = [named(one) for one in look.django.models if one.own and not one.proxy]
        there = frozenset(name for name in own if kinds.get(name) in ("r", "p") and self._has_rows(name))
        self.world = World(look.django, money, there=there, views=views)

    def _has_rows(self, table: str) -> bool:
        schema, _, name = table.rpartition(".")
        quoted = f'"{schema}"."{name}"' if schema else f'"{name}"'
        row = self.live.db.execute(f"SELECT EXISTS (SELECT FROM {quoted})".encode()).fetchone()
        return bool(row and row[0])

    def all(self, begun: float) -> None:
        for name, group in groupby(self.ready(), key=lambda way: way.id):
            if time.perf_counter() - begun > BUDGET_S:
                self.result.cut = f"{BUDGET_S:g} s were over at {name}"
                return
            self._way(list(group))

    def ready(self) -> list[Way]:
        """All there is to press; who asks, and which rows the database takes, is found out before."""
        pressed = ways.views(self.look)
        views = [[route.view, method, action] for route, method, action in pressed]
        read = self._asked(asked, {"views": views, "guards": callers.guards(self.look)})
        by_hand = self._asked(handy, byhand.question(self.look))
        every = [
            *ways.of_routes(pressed, read["views"], self.world),
            *ways.of_celery(self.look, self.world),
            *byhand.of_commands(self.look, by_hand["commands"], self.world),
            *byhand.of_services(by_hand["services"], self.world),
        ]
        self.rich = self._plantable(self.world.every())
        found = list(callers.callers(self.look, self.world, read["keys"]))
        self.result.caller = self._caller(found, [way for way in every if way.kind == REQUEST])
        self.say(f"{len({way.id for way in every})} ways to press; who asks: {self.result.caller.name}")
        return every

    def _asked(self, who: ModuleType, what: Mapping[str, Any]) -> Mapping[str, Any]:
        """What `answer` of the module `who` says in the target's shell."""
        source, question = Path(str(who.__file__)).read_text(encoding="utf-8"), json.dumps(what)
        answer = self.live.console().call(f"{source}\nresult = answer({question!r})", PATIENCE_S * 6)
        if not answer["ok"]:
            raise StackError(
                f"the target's shell could not say what there is to press: {answer['error']}: {answer['message']}",
                hint="please report it; harness.toml can be written by hand: docs/your-backend.md", code="look-broke",
            )  # fmt: skip
        value: Mapping[str, Any] = answer["value"]
        return value

    def _plantable(self, labels: Iterable[str]) -> list[str]:
        """Of `labels` those of which the database takes a row; the rest is told with why."""
        whole = self.world.planted(labels)
        order = [one.model for one in whole]
        for n, planted in enumerate(whole):
            if any(self._refers(planted, gone) for gone in self.result.left_out):
                self.result.left_out[planted.model] = "it points at what is left out"
                continue
            rows = [one for one in whole[: n + 1] if one.model not in self.result.left_out]
            try:
                self.live.clean()
                self.live.seed(Given(rows=tuple(one.row for one in rows)))
            except HarnessError as error:
                self.result.left_out[planted.model] = error.message
        return [label for label in order if label not in self.result.left_out]

    def _refers(self, planted: Planted, label: str) -> bool:
        gone = self.world.kinds.get(label, "")
        return any(isinstance(value, Mapping) and value.get("ref") == gone for value in planted.values.values())

    def _caller(self, found: Sequence[Caller], requests: Sequence[Way]) -> Caller:
        """The first of whom every route takes something; else the one that is let in most often, and of those the one of whom most is taken."""
        some = list({way.id: way for way in requests}.values())[:6]
        let_in: list[tuple[tuple[int, int], Caller]] = []
        for caller in found:
            statuses = [self._tried(way, caller, rich=True).status for way in some]
            taken = sum(0 < status < 400 for status in statuses)
            let_in.append(((sum(status not in (*REFUSED, 0) for status in statuses), taken), caller))
            if some and taken == len(some):
                return caller
        return max(let_in, key=lambda pair: pair[0], default=((0, 0), found[-1]))[1]

    def _way(self, bodies: Sequence[Way]) -> None:
        best = self._tried(bodies[0], self.result.caller, rich=True)
        queue = [*bodies[1:]]
        for _ in range(MOST_TRIES):
            if best.charged or best.status in REFUSED or (0 < best.status < 300 and not best.calls and not best.hosts):
                break
            wanting = ways.wanting(best.way, best.why, self.world)
            queue = ([wanting] if wanting is not None else []) + queue
            if not queue:
                break
            best = self._tried(queue.pop(0), self.result.caller, rich=True)
        if best.charged:
            least = self._tried(best.way, self.result.caller, rich=False)
            best = least if least.charged == best.charged and least.status == best.status else best
            self.result.found.append(best)
            self.say(f"{best.way.title}: costs {best.charged}")
        else:
            self.result.others.append(best)

    def _tried(self, way: Way, caller: Caller, *, rich: bool) -> Tried:
        return self.tried(Tried(way=way, planted=self.planted(way, caller, rich=rich)), caller)

    def tried(self, tried: Tried, caller: Caller) -> Tried:
        """What comes of a way in the world that it has."""
        one = scenario(tried, caller)
        config = replace(self.config, auth=auth_of(caller)) if caller.auth else self.config
        begun = time.perf_counter()
        try:
            cell = folded(config, Cell(scenario=one, path=one.paths[0]), self.live)
        except StackError:
            raise
        except HarnessError as error:
            return replace(tried, why=f"{error.message}: {error.hint}")
        return told.of_cell(tried, cell, time.perf_counter() - begun)

    def planted(self, way: Way, caller: Caller, *, rich: bool) -> tuple[Planted, ...]:
        wanted = [*(self.rich if rich else ()), *way.rows, *(one.model for one in caller.planted)]
        without = frozenset(self.result.left_out)
        user = caller.actor in ("", self.world.kinds.get(self.world.user)) or self.world.user in wanted
        rows = self.world.planted(
            wanted, many=dict.fromkeys(way.many, ways.MANY), without=without, rich=rich, user=user
        )
        instead = {one.name: one for one in caller.planted}
        made = [instead.get(one.name, one) for one in rows]
        funds = self.world.funds()
        if funds is not None:
            made = [one for one in made if one.name != funds.name] + [funds]
        return tuple(made)


def auth_of(caller: Caller) -> Auth:
    way = "mint" if "mint" in caller.auth else "token"
    return Auth(way=way, **caller.auth)
