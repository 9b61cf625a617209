"""What the target says of itself, from inside its own shell: tasks, schedule, endpoints, generated OpenAPI.

Started as `manage.py shell -c "... write(...)"` with harness.jobs.contracts.inside.settings. A view without a serializer declares no
body, and the document says none for it: nothing is guessed. Serializers that the contract names are generated apart.
"""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.validation import validate_schema
from rest_framework.settings import api_settings


class Schema(AutoSchema):
    """As drf-spectacular's own, but a view without a serializer is taken at its word: it declares no body."""

    def get_request_serializer(self) -> Any:
        return super().get_request_serializer() if _declares(self.view) else None

    def get_response_serializers(self) -> Any:
        return super().get_response_serializers() if _declares(self.view) else None


def write(out: str, app: str, paths: Iterable[str], serializers: Iterable[str]) -> None:
    """Write all of it to the file `out` as JSON. `paths` are generated; every endpoint is listed."""
    generated = _generated(set(paths), tuple(serializers))
    told = {"tasks": _tasks(app), "schedule": _schedule(app), "endpoints": sorted(EVERY), **generated}
    Path(out).write_text(json.dumps(told, default=str))


CONTRACTED: set[str] = set()
"""Paths that the document is generated for; `write` fills it."""

EVERY: set[tuple[str, str]] = set()
"""(METHOD, path) of every endpoint that the generator came upon."""


def contracted_only(endpoints: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Pre-processing: endpoints outside the contract are listed, not described."""
    EVERY.update((method, path) for path, _, method, _ in endpoints)
    return [endpoint for endpoint in endpoints if endpoint[0] in CONTRACTED]


def as_answered(result: Any, generator: Any, request: Any, public: bool) -> Any:
    """Post-processing: every field of an answer is always there, and no other; the generator says neither by itself."""
    for name, schema in result.get("components", {}).get("schemas", {}).items():
        if not name.endswith("Request"):
            _close(schema)
    return result


def _close(schema: dict[str, Any]) -> dict[str, Any]:
    if schema.get("type") == "object" and "properties" in schema:
        shown = [name for name, one in schema["properties"].items() if not one.get("writeOnly")]
        schema["required"] = sorted(shown)
        schema["additionalProperties"] = False
    return schema


def _declares(view: Any) -> bool:
    return hasattr(view, "get_serializer_class") or getattr(view, "serializer_class", None) is not None


def _generated(paths: set[str], serializers: tuple[str, ...]) -> dict[str, Any]:
    """The document of `paths` only, each named serializer's schema, and whatever the generator complained of."""
    _schemes()
    CONTRACTED.update(paths)
    GENERATOR_STATS.reset()
    generator = SchemaGenerator()
    document = generator.get_schema(public=True)
    complaints = [
        f"{level}: {text}"
        for level, cache in (("error", GENERATOR_STATS._error_cache), ("warning", GENERATOR_STATS._warn_cache))
        for text in cache
    ]
    try:
        validate_schema(document)
    except Exception as error:
        complaints.append(f"the generated document is not OpenAPI: {str(error).splitlines()[0]}")
    shapes, missing = {}, []
    for dotted in serializers:
        module, _, name = dotted.rpartition(".")
        try:
            made = getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError):
            missing.append(dotted)
            continue
        shapes[dotted] = _shape(generator, made())
    document["components"]["schemas"] = {
        key[0]: one.schema for key, one in generator.registry._components.items() if key[1] == "schemas"
    }
    return {"document": document, "complaints": complaints, "serializers": shapes, "missing_serializers": missing}


def _shape(generator: Any, serializer: Any) -> dict[str, Any]:
    schema = Schema()
    schema.registry = generator.registry
    schema.method, schema.path, schema.path_regex, schema.path_prefix = "GET", "/", "/", ""
    schema.view = _View()
    found = schema._map_serializer(serializer, "response", bypass_extensions=True)
    return _close(dict(found))


class _View:
    """As much of a view as the generator asks for when a serializer stands alone."""

    action, request, kwargs, versioning_class = "retrieve", None, {}, None


def _schemes() -> None:
    """Tell the generator the scheme of a class that has its word, as DRF's own token class does; it knows only DRF's own."""
    for kind in api_settings.DEFAULT_AUTHENTICATION_CLASSES:
        word = getattr(kind, "keyword", "")
        if word and isinstance(word, str) and not kind.__module__.startswith("rest_framework."):
            type(
                f"{word}{kind.__name__}",
                (OpenApiAuthenticationExtension,),
                {
                    "target_class": f"{kind.__module__}.{kind.__qualname__}",
                    "name": word.lower(),
                    "get_security_definition": lambda self, auto: {"type": "http", "scheme": self.name},
                },
            )


def _tasks(app_module: str) -> list[Mapping[str, Any]]:
    app = _app(app_module)
    conf = app.conf
    found = []
    for name, task in sorted(app.tasks.items()):
        if name.startswith("celery."):
            continue
        queue = app.amqp.router.route({}, name, (), {}).get("queue")
        found.append(
            {
                "name": name,
                "parameters": [_parameter(one) for one in inspect.signature(task.run).parameters.values()],
                "queue": getattr(queue, "name", queue) or conf.task_default_queue,
                "acks_late": bool(task.acks_late),
                "reject_on_worker_lost": bool(task.reject_on_worker_lost),
                "max_retries": task.max_retries,
                "retry_delay_s": float(task.default_retry_delay),
                "retries_on": sorted(
                    f"{one.__module__}.{one.__qualname__}" for one in getattr(task, "autoretry_for", ()) or ()
                ),
                "time_limit_s": task.time_limit or conf.task_time_limit,
                "soft_time_limit_s": task.soft_time_limit or conf.task_soft_time_limit,
                "serializer": task.serializer,
                "ignore_result": bool(task.ignore_result),
            }
        )
    return found


def _parameter(one: inspect.Parameter) -> str:
    stars = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "")
    kind = (
        one.annotation if isinstance(one.annotation, str) else getattr(one.annotation, "__name__", str(one.annotation))
    )
    text = stars + one.name + ("" if one.annotation is one.empty else f": {kind}")
    return text if one.default is one.empty else f"{text} = {one.default!r}"


def _schedule(app_module: str) -> dict[str, str]:
    entries = (_app(app_module).conf.beat_schedule or {}).values()
    return {entry["task"]: str(entry["schedule"]) for entry in entries}


def _app(module: str) -> Any:
    app = importlib.import_module(module).app
    app.loader.import_default_modules()
    app.finalize()
    return app
