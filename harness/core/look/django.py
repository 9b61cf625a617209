"""What Django says of the target, as values. Dotted names are `module.Qualified.name`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where a database, cache or broker is asked for. `url` shows `**` for a password; `port` and `database` are ""
    where nothing says them. The harness's own stack is 127.0.0.1 at 5432 and 6379, whatever its ports are."""

    url: str
    kind: str
    host: str
    port: str
    database: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One of DATABASES. `options` are the names in OPTIONS; their values may be secret."""

    engine: str
    server: Server
    user: str
    options: tuple[str, ...]
    conn_max_age_s: float | None
    atomic_requests: bool
    mirror: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """One of CACHES. `servers` are empty for a backend without one (memory, files, the database)."""

    backend: str
    servers: tuple[Server, ...]
    location: str
    key_prefix: str
    version: int
    timeout_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """A handler of LOGGING. `path` is the file that it writes, "" for none."""

    name: str
    kind: str
    path: str
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An installed app. `own`: its code lies in the target's folder and is no installed package."""

    label: str
    module: str
    path: str
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the settings module says, as far as other parts ask for it."""

    module: str
    auth_user_model: str
    authentication_backends: tuple[str, ...]
    password_hashers: tuple[str, ...]
    session_engine: str
    session_cookie: str
    csrf_cookie: str
    csrf_header: str
    login_url: str
    root_urlconf: str
    wsgi_application: str
    asgi_application: str
    middleware: tuple[str, ...]
    database_routers: tuple[str, ...]
    databases: Mapping[str, Connection]
    caches: Mapping[str, Cache]
    storages: Mapping[str, str]
    media_root: str
    media_url: str
    static_root: str
    email_backend: str
    logging: tuple[Handler, ...]
    default_auto_field: str
    time_zone: str
    use_tz: bool
    append_slash: bool
    debug: bool
    further: Mapping[str, str]
    """Every other one that the target sets, by name; `<secret>` for what is named like one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column as its model says it. `default` is the value as JSON prints it, the dotted name of the callable, or ""
    without one. `db_type` is "" where the target's database driver would not say. `choices` are values, not labels."""

    name: str
    column: str
    kind: str
    internal_type: str
    db_type: str
    null: bool
    blank: bool
    primary_key: bool
    unique: bool
    default: str
    db_default: bool
    generated: bool
    auto_now: bool
    auto_now_add: bool
    choices: tuple[str, ...]
    max_length: int | None
    max_digits: int | None
    decimal_places: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """`columns` of a table point at `to_columns` of `to_schema`.`to_table`. `constraint`: the database enforces it."""

    columns: tuple[str, ...]
    to_schema: str
    to_table: str
    to_columns: tuple[str, ...]
    on_delete: str
    constraint: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Columns that are unique together; `partial` where only for rows that meet a condition."""

    name: str
    columns: tuple[str, ...]
    partial: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model and its table. `schema` is "" for the search path's own. `auto_created` is a many-to-many's own table.
    A proxy has the fields of the model whose table it shares."""

    label: str
    module: str
    own: bool
    database: str
    schema: str
    table: str
    managed: bool
    proxy: bool
    auto_created: bool
    primary_key: tuple[str, ...]
    fields: tuple[Field, ...]
    foreign_keys: tuple[ForeignKey, ...]
    unique: tuple[Key, ...]
    many_to_many: Mapping[str, str]
    """Field name -> table of the pairs."""
    ordering: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A part of a route's path. `converter` is "" for a regular expression's group; `regex` is what it matches."""

    name: str
    converter: str
    regex: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One entry of the URL conf. `template` is the whole path, `{name}` where a parameter stands.

    `methods` are empty where the view takes any; HEAD and OPTIONS are left out where they are only what Django makes of
    GET. `actions` map a viewset's methods to its functions. `decided_in_code` names what of `authentication`,
    `permissions`, `pagination` the view decides for each request, so that what stands here is its default.
    `wrapped_in` are the target's own decorators: what they ask is not known.
    """

    template: str
    regex: str
    name: str
    view: str
    own: bool
    methods: tuple[str, ...]
    actions: Mapping[str, str]
    authentication: tuple[str, ...]
    permissions: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    pagination: str
    csrf_exempt: bool
    decided_in_code: tuple[str, ...]
    wrapped_in: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """A migration on disk. `irreversible` are its operations that cannot be taken back."""

    app: str
    name: str
    own: bool
    reversible: bool
    irreversible: tuple[str, ...]
    atomic: bool
    operations: tuple[str, ...]
    replaces: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A manage.py command of the target's own apps."""

    name: str
    app: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Django:
    settings: Settings
    apps: tuple[App, ...]
    models: tuple[Model, ...]
    routes: tuple[Route, ...]
    migrations: tuple[Migration, ...]
    commands: tuple[Command, ...]
