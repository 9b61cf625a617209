"""Who asks, and how that is shown: what the routes ask of a caller, in the order in which it is tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.core.look.values import Look
from harness.jobs.adopt.init.press.asked import TOKEN
from harness.jobs.adopt.init.values import Caller, Planted
from harness.jobs.adopt.init.world import World

JWT = "djangorestframework-simplejwt"
SESSIONS = "django.contrib.sessions"
USER = "from django.contrib.auth import get_user_model; user = get_user_model().objects.get(pk=$actor); "
SESSION = (
    "from django.conf import settings; from django.test import Client; " + USER + "c = Client(); c.force_login(user); t = 'a' * 32; "
    "result = {'Cookie': settings.SESSION_COOKIE_NAME + '=' + c.cookies[settings.SESSION_COOKIE_NAME].value + '; ' + settings.CSRF_COOKIE_NAME + '=' + t, "
    "settings.CSRF_HEADER_NAME[5:].replace('_', '-'): t}"
)  # fmt: skip
"""A log-in without its page: the session is made by Django's own test client, and the CSRF cookie is what the header repeats."""


def guards(look: Look) -> list[str]:
    """What looks at callers in the target's own code: authentication classes, permissions, decorators, middleware."""
    found: dict[str, None] = {}
    own = {app.module.split(".")[0] for app in look.django.apps if app.own} | {look.django.settings.root_urlconf.split(".")[0]}  # fmt: skip
    for route in look.django.routes:
        if route.own:
            found |= dict.fromkeys((*route.authentication, *route.wrapped_in, *route.permissions))
    found |= dict.fromkeys(look.django.settings.middleware)
    there = [one for one in found if one.split(".")[0] in own or one.endswith("TokenAuthentication")]
    return [one for one in there if "(" not in one]


def callers(look: Look, world: World, keys: Sequence[Mapping[str, Any]]) -> Iterator[Caller]:
    """Each way that is there, the one that most routes take first; nobody comes last."""
    found = list(_alone(look, world, keys))
    yield from found
    for place in (one for one in found if one.token and not one.auth["header"].startswith("Authorization")):
        for who in (one for one in found if "mint" in one.auth):
            yield _both(who, place)
    yield Caller(name="nobody: the routes ask for nothing")


def _both(who: Caller, place: Caller) -> Caller:
    """Somebody, and beside who they are the header that says where: a tenant whose row is found by it."""
    name, _, form = who.auth.get("header", ": {token}").partition(": ")
    where = place.auth["header"].partition(":")[0]
    said = f"; result = {{**(result if isinstance(result, dict) else {{{name!r}: {form!r}.replace('{{token}}', result)}}), {where!r}: {place.token!r}}}"
    return Caller(
        name=f"{who.name}, and {where}", actor=who.actor, auth={"mint": who.auth["mint"] + said}, planted=place.planted
    )


def _alone(look: Look, world: World, keys: Sequence[Mapping[str, Any]]) -> Iterator[Caller]:
    user = world.kinds.get(world.user, "")
    said = [name for route in look.django.routes if route.own for name in route.authentication]
    for key in keys:
        yield from _by_key(key, world, user)
    if user and JWT in look.runtime.packages and any("JWT" in name for name in said):
        yield Caller(name="a token of SimpleJWT, which the target makes", actor=user)
    if user and any("knox" in name for name in said):
        yield Caller(name="a token of knox", actor=user, auth={"header": "Authorization: Token {token}", "mint": USER + "from knox.models import AuthToken; result = AuthToken.objects.create(user)[1]"})  # fmt: skip
    sessions = any(app.module == SESSIONS for app in look.django.apps)
    if user and sessions:
        yield Caller(name="a session, as after a log-in", actor=user, auth={"mint": SESSION})


def _by_key(key: Mapping[str, Any], world: World, user: str) -> Iterator[Caller]:
    label = key["model"]
    if key["mint"]:
        if user:
            yield Caller(name="a token of the target's own table", actor=user, auth={"header": key["header"], "mint": USER + f"from django.apps import apps; result = apps.get_model({label!r}).objects.get_or_create(user=user)[0].key"})  # fmt: skip
        return
    if label not in world.models:
        return
    model, name = world.models[label], world.kinds[label]
    rows = world.planted([label])
    own = next(one for one in rows if one.name == name)
    there = {one.name: one for one in model.fields}
    values = {**own.values, **{word: value for word, value in key["values"].items() if word in there and value is not None}}  # fmt: skip
    if TOKEN not in str(key["values"].values()) and not any(isinstance(value, str) and len(value) > 15 for value in key["values"].values()):  # fmt: skip
        return
    for field in model.fields:
        if ("Array" in field.kind or "JSON" in field.kind) and key["lists"]:
            values[field.name] = list(key["lists"])
    acting = Planted(name=name, model=label, values=values)
    planted = tuple(acting if one.name == name else one for one in rows)
    yield Caller(name=f"a key in {key['header'].partition(':')[0]}, kept in {label}", actor=name, token=TOKEN, auth={"header": key["header"]}, planted=planted)  # fmt: skip
