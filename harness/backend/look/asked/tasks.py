"""Every registered task: what it takes, where a message of it goes, and what a worker does with it."""

import inspect

from . import names


def told(app, root):
    return [_task(app, task, root) for name, task in sorted(app.tasks.items()) if not name.startswith("celery.")]


def _task(app, task, root):
    conf, route = app.conf, _route(app, task)
    run = getattr(task, "_orig_run", None) or task.run
    module = getattr(run, "__module__", None) or type(task).__module__
    return dict(
        route,
        name=task.name,
        module=module,
        own=names.own(module, root),
        parameters=_parameters(run),
        bound=bool(getattr(type(task), "__bound__", False)) and _takes_task(task),
        serializer=str(task.serializer or conf.task_serializer),
        compression=str(getattr(task, "compression", None) or conf.task_compression or ""),
        acks_late=bool(task.acks_late),
        acks_on_failure=bool(getattr(task, "acks_on_failure_or_timeout", True)),
        reject_on_worker_lost=bool(task.reject_on_worker_lost),
        max_retries=task.max_retries,
        retry_delay_s=float(task.default_retry_delay),
        retries_on=sorted(names.dotted(one) for one in getattr(task, "autoretry_for", ()) or ()),
        time_limit_s=names.seconds(task.time_limit or conf.task_time_limit),
        soft_time_limit_s=names.seconds(task.soft_time_limit or conf.task_soft_time_limit),
        expires_s=_expires(task),
        rate_limit=str(task.rate_limit or ""),
        ignore_result=bool(task.ignore_result),
        track_started=bool(task.track_started),
    )


def _route(app, task):
    """Where apply_async sends it without options: the task's own, then task_routes, then the default queue."""
    options = dict(task._get_exec_options())
    try:
        made = app.amqp.router.route(options, task.name, (), {}, task)
    except Exception:  # a route in code that wants arguments
        made = options
    queue = made.get("queue") or ""
    exchange = made.get("exchange") or getattr(queue, "exchange", None) or ""
    priority = made.get("priority", task.priority)
    return {
        "queue": str(getattr(queue, "name", queue)),
        "exchange": str(getattr(exchange, "name", exchange) or ""),
        "routing_key": str(made.get("routing_key") or getattr(queue, "routing_key", "") or ""),
        "priority": app.conf.task_default_priority if priority is None else priority,
        "routed_in_code": _in_code(app.conf.task_routes),
    }


def _in_code(routes):
    every = routes if isinstance(routes, (list, tuple)) else [routes] if routes else []
    return any(not isinstance(one, (dict, list, tuple)) for one in every)


def _parameters(run):
    try:
        found = list(inspect.signature(run).parameters.values())
    except (TypeError, ValueError):
        return ["*args", "**kwargs"]
    words = [_parameter(one) for one in found]
    named = [n for n, one in enumerate(found) if one.kind is one.KEYWORD_ONLY]
    if named and not any(one.kind is one.VAR_POSITIONAL for one in found):
        words.insert(named[0], "*")
    return words


def _parameter(one):
    stars = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "")
    kind = one.annotation
    shown = kind if isinstance(kind, str) else getattr(kind, "__name__", str(kind))
    text = stars + one.name + ("" if kind is one.empty else ": " + shown)
    return text if one.default is one.empty else f"{text} = {one.default!r}"


def _takes_task(task):
    """`bind=True` gives the function the task; inspecting the bound run leaves it out."""
    return inspect.ismethod(task.run) or inspect.ismethod(getattr(task, "_orig_run", None))


def _expires(task):
    try:
        return names.seconds(task.expires)
    except (TypeError, ValueError, AttributeError):  # a moment, not a duration
        return None
