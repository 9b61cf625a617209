"""From requests that somebody pressed to scenarios: noted in one stack, then each asked for again in the world that it met.

What answers otherwise then than it did, what bears a secret, and what only reads is told, and is no scenario.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from harness.backend.guess.money import Money
from harness.cell import auth
from harness.cell.live import Live, boot
from harness.core.config import Config
from harness.core.counts import count
from harness.core.look.django import Route
from harness.core.look.values import Look
from harness.core.scenario import Given
from harness.jobs.adopt.init import texts
from harness.jobs.adopt.init.explore import PATIENCE_S, Explored, Search, auth_of
from harness.jobs.adopt.init.press import ways
from harness.jobs.adopt.init.traffic import bodies, door, rows
from harness.jobs.adopt.init.traffic.door import Pressed
from harness.jobs.adopt.init.values import REQUEST, Planted, Tried, Way
from harness.provider.cassettes import scan
from harness.stack.isolation.island import Island

SAFE = ("GET", "HEAD", "OPTIONS")
NOT_THERE = 404
SHORTEST = 12
"""Parts of a credential that are looked for in what is written; shorter ones are words."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A request, the world that it met, and the names of the keys in it."""

    pressed: Pressed
    planted: tuple[Planted, ...]
    names: dict[str, str]


def traffic(config: Config, look: Look, money: Money, place: Island, say: Say, listening: socket.socket, *, until: int, limit: int) -> Explored:  # fmt: skip
    """`config` is ready to boot. Raises what booting raises."""
    result = Explored()
    config = replace(config, settle_timeout_s=PATIENCE_S, id_ranges=True)
    with boot(config, place, mode="simulate", shell=True) as live:
        search = Search(config, look, money, live, result, say)
        search.ready()
        noted = list(_noted(config, live, search, say, listening, until, limit))
        for one in noted:
            tried, secrets = _scenario(one, look), one.pressed.secrets
            if not tried.why:
                tried = _again(tried, search, secrets)
            (result.others if tried.why else result.found).append(tried)
    return result


def _noted(config: Config, live: Live, search: Search, say: Say, listening: socket.socket, until: int, limit: int) -> Iterator[Noted]:  # fmt: skip
    caller, world = search.result.caller, search.world.with_pairs()
    models = list(world.models.values())
    live.fake.release()
    live.broker.reset()
    live.clean()
    migrated = rows.read(live.db, models)
    planted = search.planted(Way(id="", title="", path="manual", kind=REQUEST, what=""), caller, rich=True)
    given = Given(
        rows=tuple(one.row for one in planted),
        actor=caller.actor,
        tokens={caller.actor: caller.token} if caller.actor and caller.token else {},
    )
    refs = live.seed(given)
    way = auth_of(caller) if caller.auth else config.auth
    headers = auth.headers(way, given, refs, (caller.actor,), live)[caller.actor] if caller.actor else {}
    # whoever is logged in has left marks in rows of their own, and does so in a scenario's world, too
    kept = rows.Kept(world, migrated, planted, rows.read(live.db, models))
    kept.begin(refs)
    live.fake.load("pressed by hand", (), ())
    say(
        f"press: http://{door.LOOPBACK}:{listening.getsockname()[1]}, as {caller.name}; the simulator answers for every provider"
    )
    for (label, key), name in kept.named.items():
        say(f"  {name}: {label} {key}")
    say(f"until {limit} requests were pressed, or Ctrl-C" if limit else "until Enter, Ctrl-C, or the end of the input")
    met: list[tuple[tuple[Planted, ...], dict[str, str]]] = []

    def before() -> None:
        live.broker.settle(PATIENCE_S)
        live.rest(PATIENCE_S)
        now = rows.read(live.db, models)
        met.append((kept.rows(now), kept.names(now)))

    with door.interrupted() as ctrl_c:
        ends = (ctrl_c,) if until < 0 else (ctrl_c, until)
        for one in door.pressed(listening, ends, limit, base_url=live.base_url, headers=headers, before=before):
            say(f"pressed: {one.method} {one.path.partition('?')[0]}: {one.status}")
            yield Noted(pressed=one, planted=met[-1][0], names=met[-1][1])
    say(f"{count(len(met), 'request')} pressed; each is asked for again in a world of its own (Ctrl-C gives up)")
    live.broker.settle(PATIENCE_S)


def _scenario(noted: Noted, look: Look) -> Tried:
    """The request as a way in the world that it met; `why` says what keeps it from being a scenario."""
    one = noted.pressed
    path, _, query = one.path.partition("?")
    route = _route(look, path)
    name = f"{ways.module_of(route.view)}/{ways.named_of(route, '')}" if route is not None else f"first/{_plain(path)}"
    name += "" if one.method == "POST" else f"_{one.method.lower()}"
    shown = route.template if route is not None else path
    what = rows.referred(one.path, noted.names)
    sent = bodies.carried(one.kind, one.body)
    body, data, files = (rows.referred(part, noted.names) for part in (sent.body, sent.data, sent.files))
    way = Way(id=name, title=f"{one.method} {shown}", path="manual", kind=REQUEST, what=what, method=one.method, body=body, data=data, files=files)  # fmt: skip
    why = sent.why
    refused = one.status if one.status >= 400 else 0
    if one.method in SAFE:
        why = "it only reads"
    elif one.stranger:
        why = "it bore a credential that is nobody's here: who asks is not known"
    elif refused == NOT_THERE and (key := rows.literal(str(what).partition("?")[0])):
        why = f"it names a row that is not there ({key}): where it is asked for again the keys are others"
    elif scan.scan(json.dumps(sent.said)) or scan.scan(query) or rows.named_secret(sent.said):
        why = "its body or its query bears a secret: how somebody logs in is said by [auth]"
    return Tried(way=way, planted=noted.planted, status=one.status, expect=refused, why=why, by_hand=True)


def _again(tried: Tried, search: Search, secrets: tuple[str, ...]) -> Tried:
    """Asked for once more, in a world of its own: a scenario is what comes to the same."""
    caller = search.result.caller
    again = search.tried(tried, caller)
    if again.status != tried.status and not 300 <= tried.status < 400:
        return replace(again, why=f"it answered {tried.status}, and {again.status} where it was asked for again in the same rows: {again.why}")  # fmt: skip
    if again.refused or again.hosts:
        return again
    known = [part for secret in secrets for part in (secret, *re.split(r"[ ;=]+", secret))]
    if found := scan.scan(
        texts.scenario(again, caller, ""), [part for part in known if len(part) >= SHORTEST and part != caller.token]
    ):
        return replace(again, why=f"a secret would stand in its file: {found[0].kind}")
    return replace(again, why="")


def _route(look: Look, path: str) -> Route | None:
    """The route of the target's own that takes it, the one with most literal parts first."""
    found = [one for one in look.django.routes if one.own and re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(one.template)), path)]  # fmt: skip
    return min(found, key=lambda one: one.template.count("{"), default=None)


def _plain(path: str) -> str:
    return re.sub(r"\W+", "_", re.sub(r"\d+", "", path)).strip("_").lower() or "root"
