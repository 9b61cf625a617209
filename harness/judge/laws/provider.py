"""Law 5: every success of a provider is charged once, with the provider's own count, or listed as unbilled.

Text is matched call by call: the tokens of one call are the tokens of one usage log. Images are matched by model:
images drawn = units charged. What is left on the provider's side was not charged; what is left on ours was charged
for nothing, or twice.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from harness.core.counts import count
from harness.core.history import Call, CellHistory, UsageRow
from harness.core.scenario import Unbilled
from harness.judge.context import Context
from harness.judge.result import Result, judged

SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """What is left after matching. `images` maps model -> (drawn, charged) where they differ."""

    uncharged: tuple[Call, ...]
    baseless: tuple[UsageRow, ...]
    images: dict[str, tuple[int, int]]
    unclear: tuple[Call, ...]
    wrong_model: tuple[tuple[Call, UsageRow], ...]


def charged_once(cell: CellHistory, context: Context) -> Result:
    """Law 5. Unknown when a priced model succeeded without saying how much it used (a cut stream)."""
    left = reckon(cell, context)
    uncharged, baseless = list(left.uncharged), list(left.baseless)
    problems = [
        f"call {call.n} ran {model_of(call)}, the usage log of {row.operation} says {row.model}"
        for call, row in left.wrong_model
    ]
    images = dict(left.images)
    for allowed in context.scenario.unbilled:
        problems += _forgive(allowed, uncharged, images, cell)
    for call in list(uncharged):
        near = _nearest(call, baseless)
        if near is not None:
            uncharged.remove(call)
            baseless.remove(near)
            problems.append(
                f"{near.operation}: call {call.n} used {_tokens(call)} tokens, the usage log says {near.tokens_in}+{near.tokens_out}"
            )
    problems += [
        f"{call.route} call {call.n} ({model_of(call)}, {_tokens(call)} tokens) succeeded and was never charged"
        for call in uncharged
    ]
    problems += [
        f"{row.operation}: {count(row.credits, 'credit')} charged to {row.account} ({row.tokens_in}+{row.tokens_out} tokens) "
        "without a provider success, or a second time"
        for row in baseless
    ]
    problems += [
        f"{model}: {drawn} image(s) drawn, {charged} charged ({charged - drawn:+d})"
        for model, (drawn, charged) in sorted(images.items())
        if drawn != charged and drawn
    ]
    problems += [
        f"{row.operation}: {count(row.credits, 'credit')} charged to {row.account} for {row.model or 'an unnamed model'}, "
        "which drew no image; the usage log has no tokens either"
        for row in cell.usage
        if not (row.tokens_in or row.tokens_out) and images.get(row.model, (1, 0))[0] == 0
    ]
    unclear = [f"{call.route} call {call.n} succeeded but reports no usage" for call in left.unclear]
    calls = sum(1 for call in cell.calls if call.success and call.usage is not None)
    drawn = sum(call.images for call in cell.calls if call.success)
    shown = f"{calls} text calls and {drawn} images, each charged once"
    if context.scenario.unbilled:
        shown += f" or unbilled ({'; '.join(item.why for item in context.scenario.unbilled)})"
    delta = sum(row.credits for row in baseless)
    return judged(problems, unclear, shown, credits_delta=delta or None)


def reckon(cell: CellHistory, context: Context) -> Reckoning:
    """Match provider successes with usage logs, exact matches first."""
    logs = list(cell.usage)
    uncharged, unclear, wrong_model = [], [], []
    drawn: Counter[str] = Counter()
    text = []
    for call in cell.calls:
        if not call.success:
            continue
        if call.images:
            drawn[model_of(call)] += call.images
        elif call.usage is not None:
            text.append(call)
        elif model_of(call) in context.rates.prices:
            unclear.append(call)
    for same_model in (True, False):
        for call in list(text):
            row = _match(call, logs, same_model)
            if row is not None:
                text.remove(call)
                logs.remove(row)
                if not same_model:
                    wrong_model.append((call, row))
    uncharged = text
    charged: Counter[str] = Counter()
    for row in list(logs):
        if not (row.tokens_in or row.tokens_out):
            charged[row.model] += row.units
            logs.remove(row)
    images = {m: (drawn[m], charged[m]) for m in {*drawn, *charged} if drawn[m] != charged[m]}
    return Reckoning(
        uncharged=tuple(uncharged),
        baseless=tuple(logs),
        images=images,
        unclear=tuple(unclear),
        wrong_model=tuple(wrong_model),
    )


def model_of(call: Call) -> str:
    """The model that was asked for: the request's own word, else the answer's without its snapshot date."""
    request = call.request
    if isinstance(request, list):
        request = next((task for task in request if isinstance(task, dict) and "model" in task), None)
    if isinstance(request, dict) and isinstance(request.get("model"), str):
        return request["model"]
    return SNAPSHOT.sub("", call.model)


def _match(call: Call, logs: list[UsageRow], same_model: bool) -> UsageRow | None:
    usage = call.usage or {}
    for row in logs:
        tokens = (row.tokens_in, row.tokens_out) == (usage.get("tokens_in"), usage.get("tokens_out"))
        if tokens and (not same_model or SNAPSHOT.sub("", row.model) == model_of(call)):
            return row
    return None


def _forgive(
    allowed: Unbilled, uncharged: list[Call], images: dict[str, tuple[int, int]], cell: CellHistory
) -> list[str]:
    """Take `allowed` off what is uncharged; a listed success that was charged, or never happened, is itself a problem."""
    found = 0
    for call in [call for call in uncharged if call.route == allowed.match][: allowed.count]:
        uncharged.remove(call)
        found += 1
    models = {model_of(call) for call in cell.calls if call.success and call.images and call.route == allowed.match}
    for model in sorted(models & images.keys()):
        drawn, charged = images[model]
        taken = max(0, min(drawn - charged, allowed.count - found))
        images[model] = (drawn - taken, charged)
        found += taken
    if found == allowed.count:
        return []
    return [f"the scenario lists {allowed.count} unbilled {allowed.match} ({allowed.why}), {found} were left uncharged"]


def _nearest(call: Call, rows: list[UsageRow]) -> UsageRow | None:
    same = [row for row in rows if SNAPSHOT.sub("", row.model) == model_of(call)]
    return same[0] if same else None


def _tokens(call: Call) -> str:
    usage = call.usage or {}
    return f"{usage.get('tokens_in')}+{usage.get('tokens_out')}"
