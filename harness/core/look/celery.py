"""What Celery says of the target, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.core.look.django import Server


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """`said_by`: "task_queues", "default" (task_default_queue) or "route" (a task is sent there, nothing declares it)."""

    name: str
    exchange: str
    exchange_type: str
    routing_key: str
    max_priority: int | None
    said_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A registered task. `queue`, `exchange`, `routing_key`, `priority` are what a message without options of its own
    gets; `routed_in_code`: a function decides, and may decide otherwise for other arguments."""

    name: str
    module: str
    own: bool
    parameters: tuple[str, ...]
    bound: bool
    queue: str
    exchange: str
    routing_key: str
    priority: int | None
    routed_in_code: bool
    serializer: str
    compression: str
    acks_late: bool
    acks_on_failure: bool
    reject_on_worker_lost: bool
    max_retries: int | None
    retry_delay_s: float
    retries_on: tuple[str, ...]
    time_limit_s: float | None
    soft_time_limit_s: float | None
    expires_s: float | None
    rate_limit: str
    ignore_result: bool
    track_started: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BeatEntry:
    """An entry of the beat schedule. `kind`: crontab, interval, solar, or the class's dotted name. `said_by`: "code", or
    "database" (a row of django-celery-beat, read where a migrated database was asked)."""

    name: str
    task: str
    kind: str
    schedule: str
    args: str
    kwargs: str
    options: Mapping[str, str]
    said_by: str
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """`store` is where due times are kept: "file" (`filename`), "database" (django-celery-beat),
    or the scheduler's dotted name."""

    scheduler: str
    store: str
    filename: str
    entries: tuple[BeatEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """`transport` is kombu's word (redis, rediss, amqp, memory). The rest are options of the redis transport, with
    its own defaults where nothing sets them."""

    server: Server
    transport: str
    priority_steps: tuple[int, ...]
    priority_separator: str
    queue_order: str
    global_keyprefix: str
    visibility_timeout_s: float
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """`kind`: "disabled", "redis", "django-db", "cache", "rpc", … (the scheme of result_backend)."""

    kind: str
    server: Server
    serializer: str
    compression: str
    accept_content: tuple[str, ...]
    expires_s: float | None
    global_keyprefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Celery:
    """`app` is `module:attribute` of the Celery app, as `celery -A` takes it; `found_by` says how it was found."""

    app: str
    found_by: str
    main: str
    broker: Broker
    results: Results
    default_queue: str
    default_exchange: str
    default_routing_key: str
    default_priority: int | None
    create_missing_queues: bool
    routes: tuple[str, ...]
    accept_content: tuple[str, ...]
    serializer: str
    compression: str
    protocol: int
    always_eager: bool
    acks_late: bool
    send_sent_event: bool
    worker_send_task_events: bool
    prefetch_multiplier: int
    concurrency: int | None
    pool: str
    timezone: str
    enable_utc: bool
    queues: tuple[Queue, ...]
    tasks: tuple[Task, ...]
    beat: Beat
