"""What each Runware model takes and costs: sizes, own parameters, USD per image; `answer(task)` says it for one.

Sizes are exact lists for the hosted partner models and a rule (multiples of 64) for HiDream only: a blanket rule is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

COMMON = frozenset(
    str.split(
        "taskType taskUUID model positivePrompt outputType outputFormat outputQuality numberResults includeCost deliveryMethod "
        "width height seed checkNSFW uploadEndpoint ttl"
    )
)
GOOGLE_1K = frozenset(
    {
        (1024, 1024),
        (1264, 848),
        (848, 1264),
        (1200, 896),
        (896, 1200),
        (928, 1152),
        (1152, 928),
        (768, 1376),
        (1376, 768),
        (1548, 672),
    }
)
BRIA = frozenset(
    {
        (1024, 1024),
        (832, 1216),
        (1216, 832),
        (896, 1152),
        (1152, 896),
        (896, 1088),
        (1088, 896),
        (768, 1344),
        (1344, 768),
    }
)
RESOLUTIONS = ("1K", "2K", "4K")


class TaskError(Exception):
    """The model does not take this task."""

    def __init__(self, code: str, message: str, parameter: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.parameter = parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    parameters: frozenset[str]
    check: Callable[[Mapping[str, Any]], None]
    cost_usd: float
    cost_4k_usd: float | None = None


def answer(task: Mapping[str, Any]) -> dict[str, Any]:
    """{"cost": USD per image}, or the {"error": ...} that this task gets from its model."""
    try:
        model = MODELS.get(task["model"])
        if model is None:
            raise TaskError("unsupportedModel", f"The model '{task['model']}' is not available.", "model")
        for name in task:
            if name not in COMMON and name not in model.parameters:
                raise TaskError("unsupportedParameter", f"'{name}' is not supported by {task['model']}.", name)
        model.check(task)
    except TaskError as error:
        return {"error": {"code": error.code, "message": str(error), "parameter": error.parameter}}
    return {"cost": model.cost_4k_usd if task.get("resolution") == "4K" and model.cost_4k_usd else model.cost_usd}


def _size(task: Mapping[str, Any]) -> tuple[Any, Any]:
    for name in ("width", "height"):
        value = task.get(name)
        if value is None:
            raise TaskError("missingParameter", f"The parameter '{name}' is required.", name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise TaskError("invalidValue", f"'{name}' must be an integer.", name)
    return task["width"], task["height"]


def _check_hidream(task: Mapping[str, Any]) -> None:
    for name, value in zip(("width", "height"), _size(task), strict=True):
        if value % 64 or not 128 <= value <= 2048:
            raise TaskError("invalidValue", f"'{name}' must be a multiple of 64 from 128 to 2048.", name)
    steps = task.get("steps")
    if steps is not None and (isinstance(steps, bool) or not isinstance(steps, int) or not 1 <= steps <= 100):
        raise TaskError("invalidValue", "'steps' must be an integer from 1 to 100.", "steps")
    scale = task.get("CFGScale")
    if scale is not None and (isinstance(scale, bool) or not isinstance(scale, int | float) or not 0 <= scale <= 50):
        raise TaskError("invalidValue", "'CFGScale' must be a number from 0 to 50.", "CFGScale")


def _check_google(task: Mapping[str, Any]) -> None:
    if "resolution" in task:
        if "width" in task or "height" in task:
            raise TaskError("invalidValue", "Give either 'resolution' or 'width' and 'height'.", "resolution")
        if task["resolution"] not in RESOLUTIONS:
            raise TaskError("invalidValue", f"'resolution' must be one of {', '.join(RESOLUTIONS)}.", "resolution")
        return
    if _size(task) not in GOOGLE_1K:
        raise TaskError("invalidValue", "This pair of width and height is not supported by the model.", "width")


def _check_bria(task: Mapping[str, Any]) -> None:
    if _size(task) not in BRIA:
        raise TaskError("invalidValue", "This pair of width and height is not supported by the model.", "width")


MODELS = {
    "runware:97@1": Model(
        parameters=frozenset({"negativePrompt", "steps", "CFGScale", "scheduler"}), check=_check_hidream, cost_usd=0.009
    ),
    "google:4@2": Model(parameters=frozenset({"resolution"}), check=_check_google, cost_usd=0.138, cost_4k_usd=0.244),
    "bria:10@1": Model(parameters=frozenset({"negativePrompt", "steps"}), check=_check_bria, cost_usd=0.04),
}
