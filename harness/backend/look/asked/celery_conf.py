"""The Celery app's configuration and queues. Nothing connects to the broker."""

import os
import sys

from . import beat, names, servers, tasks

REDIS = {
    "priority_steps": [0, 3, 6, 9],
    "sep": "\x06\x16",
    "queue_order_strategy": "round_robin",
    "global_keyprefix": "",
    "visibility_timeout": 3600,
}
"""What kombu's redis transport does where nothing says otherwise."""


def told(found, root, database):
    app = found["app"]
    # Celery's Django fixup runs Django's system checks before it imports tasks
    os.environ.setdefault("CELERY_SKIP_CHECKS", "1")
    app.loader.import_default_modules()
    app.finalize()
    conf = app.conf
    every = tasks.told(app, root)
    return {
        "app": found["name"],
        "found_by": found["found_by"],
        "main": str(app.main or ""),
        "broker": _broker(app),
        "results": _results(conf),
        "default_queue": str(conf.task_default_queue),
        "default_exchange": str(conf.task_default_exchange or conf.task_default_queue),
        "default_routing_key": str(conf.task_default_routing_key or conf.task_default_queue),
        "default_priority": conf.task_default_priority,
        "create_missing_queues": bool(conf.task_create_missing_queues),
        "routes": _routes(conf.task_routes),
        "accept_content": _texts(conf.accept_content),
        "serializer": str(conf.task_serializer),
        "compression": str(conf.task_compression or ""),
        "protocol": int(conf.task_protocol),
        "always_eager": bool(conf.task_always_eager),
        "acks_late": bool(conf.task_acks_late),
        "send_sent_event": bool(conf.task_send_sent_event),
        "worker_send_task_events": bool(conf.worker_send_task_events),
        "prefetch_multiplier": int(conf.worker_prefetch_multiplier),
        "concurrency": conf.worker_concurrency,
        "pool": str(conf.worker_pool),
        "timezone": str(conf.timezone or "UTC"),
        "enable_utc": bool(conf.enable_utc),
        "queues": _queues(app, every),
        "tasks": every,
        "beat": beat.told(app, database),
    }


def _broker(app):
    conf = app.conf
    url = conf.broker_write_url or conf.broker_url or os.environ.get("CELERY_BROKER_URL", "") or "amqp://"
    url = url if isinstance(url, str) else ";".join(url)
    given = dict(conf.broker_transport_options or {})
    transport = conf.broker_transport or url.split("://")[0].split("+")[0]
    option = dict(_of_kombu(), **{name: one for name, one in given.items() if name in REDIS})
    return {
        "server": servers.of_url(url),
        "transport": str(transport),
        "priority_steps": [int(step) for step in option["priority_steps"]],
        "priority_separator": str(option["sep"]),
        "queue_order": str(option["queue_order_strategy"]),
        "global_keyprefix": str(option["global_keyprefix"] or ""),
        "visibility_timeout_s": float(option["visibility_timeout"]),
        "options": sorted(map(str, given)),
    }


def _of_kombu():
    # importing the transport imports the Redis client, which costs as much as many a target
    loaded = sys.modules.get("kombu.transport.redis")
    channel = getattr(loaded, "Channel", None)
    return {name: getattr(channel, name, usual) for name, usual in REDIS.items()}


def _results(conf):
    url = conf.result_backend or ""
    url = url if isinstance(url, str) else names.dotted(url)
    kind = url.split("://")[0].rstrip(":") if url else "disabled"
    options = dict(conf.result_backend_transport_options or {})
    return {
        "kind": kind,
        "server": servers.of_url(url),
        "serializer": str(conf.result_serializer),
        "compression": str(conf.result_compression or ""),
        "accept_content": _texts(conf.result_accept_content or conf.accept_content),
        "expires_s": names.seconds(conf.result_expires),
        "global_keyprefix": str(options.get("global_keyprefix") or ""),
    }


def _routes(routes):
    """task_routes as text, one rule a line; a function by its name."""
    if routes is None:
        return []
    found = []
    for one in routes if isinstance(routes, (list, tuple)) else [routes]:
        if isinstance(one, dict):
            found += [
                "{} -> {}".format(getattr(name, "pattern", name), names.value(where)) for name, where in one.items()
            ]
        elif isinstance(one, (list, tuple)):
            found += ["{} -> {}".format(getattr(name, "pattern", name), names.value(where)) for name, where in one]
        else:
            found.append(one if isinstance(one, str) else names.dotted(one))
    return found


def _queues(app, every):
    """Declared ones, the default, and those that a task is sent to without being declared."""
    declared = {one.name for one in _declared(app.conf.task_queues)}
    default = app.conf.task_default_queue
    sent = {task["queue"] for task in every if task["queue"]}
    names_of = sorted(declared | ({default} if not declared else set()) | sent)
    known = app.amqp.queues
    return [_queue(known.get(name), name, declared, default) for name in names_of]


def _declared(queues):
    if not queues:
        return []
    from kombu import Queue

    if isinstance(queues, dict):
        return [Queue(name) for name in queues]
    return [one if isinstance(one, Queue) else Queue(str(one)) for one in queues]


def _queue(queue, name, declared, default):
    exchange = getattr(queue, "exchange", None)
    arguments = getattr(queue, "queue_arguments", None) or {}
    return {
        "name": name,
        "exchange": str(getattr(exchange, "name", "") or ""),
        "exchange_type": str(getattr(exchange, "type", "") or "direct"),
        "routing_key": str(getattr(queue, "routing_key", "") or name),
        "max_priority": getattr(queue, "max_priority", None) or arguments.get("x-max-priority"),
        "said_by": "task_queues" if name in declared else "default" if name == default else "route",
    }


def _texts(things):
    return sorted(str(one) for one in things or ())
