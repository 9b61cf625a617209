"""Who asks: the headers of each actor of a cell, as [auth] of harness.toml says.

They are made once the world is seeded and before it is looked at: logging in and minting write rows of their own.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import requests

from harness.cell.connection import Direct
from harness.cell.template import fill, fill_code
from harness.core.config import Auth
from harness.core.errors import HarnessError
from harness.core.scenario import Do, Given, Path, Scenario

LOGIN_TIMEOUT_S = 60.0
Headers = Mapping[str, str]
Refs = Mapping[str, Mapping[str, Any]]


def actors(scenario: Scenario, path: Path) -> tuple[str, ...]:
    """Every actor as which a request is made on `path`; "" (nobody) is not one."""
    steps = (step for step in scenario.steps if isinstance(step, Do) and (not step.paths or path in step.paths))
    asked = (step for step in steps if (way := step.by.get(path)) is not None and way.request is not None)
    return tuple(dict.fromkeys(name for step in asked if (name := step.actor or scenario.given.actor)))


def headers(auth: Auth, given: Given, refs: Refs, names: Iterable[str], live: Any) -> dict[str, Headers]:
    """actor -> what its requests carry. `live` has `base_url`, `db` and `console()`. Raises auth-none, auth-actor, auth-refused."""
    ways = {name: "token" if name in given.tokens else auth.way for name in names}
    return {
        name: _WAYS[way](auth, name, _known(auth, given, refs, name, live), given, live) for name, way in ways.items()
    }


def given_headers(auth: Auth, given: Given, name: str) -> Headers:
    """The headers of an actor whose token the scenario itself says: no stack is needed. Raises HarnessError auth-none."""
    return _token(auth, name, {}, given, None)


def _known(auth: Auth, given: Given, refs: Refs, name: str, live: Any) -> dict[str, Any]:
    """What templates may name: the columns of the actor's row as the scenario gives them, and `actor`, its key."""
    row = next((row for row in given.rows if row.name == name), None)
    if row is None and name not in given.tokens:
        raise HarnessError(
            f"the actor '{name}' is no row of the given world",
            hint="name a row in given.actor (or actor= of the step), or give the token itself in given.tokens",
            code="auth-actor",
        )
    known = {key: value for key, value in (row.values if row else {}).items() if isinstance(value, str | int)}
    return {**known, "actor": refs[name]["id"] if name in refs else None}


def _token(auth: Auth, name: str, known: Mapping[str, Any], given: Given, live: Any) -> Headers:
    if name not in given.tokens:
        raise HarnessError(
            f"no token is known for '{name}'",
            hint="give it in given.tokens, or say in [auth] of harness.toml where tokens come from: column, mint, login, session or basic",
            code="auth-none",
        )
    return _sent(auth, given.tokens[name])


def _column(auth: Auth, name: str, known: Mapping[str, Any], given: Given, live: Any) -> Headers:
    if auth.column not in known:
        raise HarnessError(
            f"[auth] says that tokens are in the column '{auth.column}', and the row '{name}' has none there",
            hint="name the row that holds the token as the actor, with its token in the scenario",
            code="auth-none",
        )
    return _sent(auth, str(known[auth.column]))


def _mint(auth: Auth, name: str, known: Mapping[str, Any], given: Given, live: Any) -> Headers:
    answer = live.console().call(fill_code(auth.mint, known, "auth.mint"), LOGIN_TIMEOUT_S)
    if not answer["ok"]:
        raise HarnessError(
            f"[auth] mint failed for '{name}': {answer['error']}: {answer['message']}",
            hint="it runs in the target's shell; $actor is the key of the actor's row, `result` must be the token",
            code="auth-refused",
        )
    made = answer["value"]
    return dict(made) if isinstance(made, Mapping) else _sent(auth, str(made))


def _login(auth: Auth, name: str, known: Mapping[str, Any], given: Given, live: Any) -> Headers:
    answer = _posted(auth, name, live, json=fill(auth.login["body"], known, "auth.login.body"))
    value: Any = answer.json()
    for part in auth.login["token"].split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if not isinstance(value, str):
        raise HarnessError(
            f"the login of '{name}' has no '{auth.login['token']}' in its answer",
            hint="token in [auth] login is the path to it, e.g. access or data.token",
            code="auth-refused",
        )
    return _sent(auth, value)


def _session(auth: Auth, name: str, known: Mapping[str, Any], given: Given, live: Any) -> Headers:
    """Django's own login: a first GET brings the CSRF cookie, the login the session's."""
    url = live.base_url + auth.session["url"]
    with Direct() as client:
        client.get(url, timeout=LOGIN_TIMEOUT_S)
        fields = fill(auth.session["body"], known, "auth.session.body")
        way = {"json": fields} if auth.session.get("json") else {"data": {**fields, **_form(client, auth)}}
        answer = _posted(auth, name, live, client=client, headers=_csrf(client, auth, url), **way)
        if auth.cookie not in client.cookies:
            raise HarnessError(
                f"the login of '{name}' set no cookie {auth.cookie}: {answer.status_code} {answer.text[:120]!r}",
                hint="look at url and body in [auth] session, and at the password of the seeded row",
                code="auth-refused",
            )
        cookies = "; ".join(f"{one.name}={one.value}" for one in client.cookies)
        return {"Cookie": cookies, **_csrf(client, auth, url)}


def _basic(auth: Auth, name: str, known: Mapping[str, Any], given: Given, live: Any) -> Headers:
    user, password = (fill(auth.basic[part], known, f"auth.basic.{part}") for part in ("user", "password"))
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


_WAYS: Mapping[str, Callable[[Auth, str, Mapping[str, Any], Given, Any], Headers]] = {
    "token": _token,
    "column": _column,
    "mint": _mint,
    "login": _login,
    "session": _session,
    "basic": _basic,
}


def _sent(auth: Auth, token: str) -> Headers:
    name, _, value = auth.header.partition(":")
    return {name.strip(): value.strip().replace("{token}", token)}


def _csrf(client: requests.Session, auth: Auth, url: str) -> Headers:
    token = client.cookies.get(auth.csrf_cookie)
    return {auth.csrf_header: token, "Referer": url} if token else {}


def _form(client: requests.Session, auth: Auth) -> Mapping[str, str]:
    token = client.cookies.get(auth.csrf_cookie)
    return {"csrfmiddlewaretoken": token} if token else {}


def _posted(auth: Auth, name: str, live: Any, client: requests.Session | None = None, **way: Any) -> requests.Response:
    told = auth.login or auth.session
    with client or Direct() as asking:
        answer = asking.post(live.base_url + told["url"], timeout=LOGIN_TIMEOUT_S, allow_redirects=False, **way)
    if answer.status_code >= 400:
        raise HarnessError(
            f"the login of '{name}' was refused: {answer.status_code} {answer.text[:200]!r}",
            hint=f"look at [auth] in harness.toml and at the row '{name}'",
            code="auth-refused",
        )
    return answer
