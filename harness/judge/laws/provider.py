"""Law 5: every success of a provider is charged once, with the provider's own count, or listed as unbilled.

Where usage logs keep the provider's id of the request, each is matched with the call of that id. Text is matched call by
call: the tokens of one call are the tokens of one usage log. Images are matched so too where the log has their tokens, else
by model: images drawn = units charged. What is left on the provider's side was not charged; what is left on ours was
charged for nothing, or twice. A log without a column for the model matches any.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.core.counts import count
from harness.core.history import Call, CellHistory, UsageRow
from harness.core.scenario import Unbilled
from harness.judge.context import Context
from harness.judge.result import Result, judged

IDS = ("id", "taskUUID", "imageUUID")
"""Where a request's id stands, in what the providers answer and what they are asked."""

SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """What is left after matching. `images` maps model -> (drawn, charged) where they differ; `wrong` are lines about a
    call and its log that disagree in what they count."""

    uncharged: tuple[Call, ...]
    baseless: tuple[UsageRow, ...]
    images: dict[str, tuple[int, int]]
    unclear: tuple[Call, ...]
    wrong_model: tuple[tuple[Call, UsageRow], ...]
    wrong: tuple[str, ...] = ()


def charged_once(cell: CellHistory, context: Context) -> Result:
    """Law 5. Unknown when a priced model succeeded without saying how much it used (a cut stream)."""
    left = reckon(cell, context)
    uncharged, baseless = list(left.uncharged), list(left.baseless)
    problems = [
        f"call {call.n} ran {model_of(call)}, the usage log of {row.operation} says {row.model}"
        for call, row in left.wrong_model
    ]
    problems += left.wrong
    images = dict(left.images)
    for allowed in context.scenario.unbilled:
        problems += _forgive(allowed, uncharged, images, cell)
    for call in list(uncharged):
        near = _nearest(call, baseless)
        if near is not None:
            uncharged.remove(call)
            baseless.remove(near)
            problems.append(_differs(call, near))
    problems += [
        f"{call.route} call {call.n} ({model_of(call)}, {_tokens(call)} tokens) succeeded and was never charged"
        for call in uncharged
    ]
    problems += [
        f"{row.operation}: {count(row.credits, 'credit')} charged to {row.account}{_logged(row)} "
        "without a provider success, or a second time"
        for row in baseless
    ]
    problems += [
        f"{model}: {drawn} image(s) drawn, {charged} charged ({charged - drawn:+d})"
        if model
        else f"{drawn} image(s) drawn, {charged} charged ({charged - drawn:+d})"
        for model, (drawn, charged) in sorted(images.items())
        if drawn != charged and drawn
    ]
    problems += [
        f"{row.operation}: {count(row.credits, 'credit')} charged to {row.account} for {row.model or 'an unnamed model'}, "
        "which drew no image; the usage log has no tokens either"
        for row in cell.usage
        if not row.token_total and row not in left.baseless and images.get(row.model, (1, 0))[0] == 0
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
    ledger = context.target.ledger
    named = ledger.has("usage", "model")
    logs, calls = list(cell.usage), [call for call in cell.calls if call.success]
    wrong = list(_by_request(calls, logs)) if ledger.has("usage", "request") else []
    unclear = [c for c in calls if not c.images and c.usage is None and model_of(c) in context.rates.prices]
    metered = [call for call in calls if call.usage is not None]
    wrong_model = []
    for same_model in (True, False) if named else (False,):
        for call in list(metered):
            row = next((row for row in logs if _fits(call, row, same_model)), None)
            if row is not None:
                metered.remove(call)
                logs.remove(row)
                calls.remove(call)
                wrong += _apart(call, row)
                if named and not same_model:
                    wrong_model.append((call, row))
    drawn: Counter[str] = Counter()
    for call in calls:
        drawn[model_of(call) if named else ""] += call.images
    charged: Counter[str] = Counter()
    counted = ledger.has("usage", "tokens_in", "tokens_out")
    for row in list(logs) if counted else ():
        if not row.token_total:
            charged[row.model] += row.units
            logs.remove(row)
    return Reckoning(
        uncharged=tuple(c for c in calls if (c.usage is not None and not c.images) or (c.images and not counted)),
        baseless=tuple(logs),
        images={m: (drawn[m], charged[m]) for m in {*drawn, *charged} if drawn[m] != charged[m]},
        unclear=tuple(unclear),
        wrong_model=tuple(wrong_model),
        wrong=tuple(wrong),
    )


def _by_request(calls: list[Call], logs: list[UsageRow]) -> Iterable[str]:
    """Takes calls and logs of one request out of both lists; a line for each pair that disagrees."""
    for call in list(calls):
        row = next((row for row in logs if row.request and row.request in ids_of(call)), None)
        if row is None:
            continue
        calls.remove(call)
        logs.remove(row)
        if row.model and SNAPSHOT.sub("", row.model) != model_of(call):
            yield f"call {call.n} ran {model_of(call)}, the usage log of {row.operation} says {row.model}"
        if row.tokens_in is not None and call.usage is not None and not _same_tokens(call, row):
            yield _differs(call, row)
        if call.images and call.usage is None and row.units != call.images:
            yield f"{row.operation}: call {call.n} drew {call.images} image(s), the usage log says {row.units}"
        yield from _apart(call, row)


def _apart(call: Call, row: UsageRow) -> Iterable[str]:
    """Tokens that both the provider and the log count apart, where they differ."""
    for name, logged in row.tokens.items():
        used = (call.usage or {}).get(f"tokens_{name}")
        if used is not None and used != logged:
            yield f"{row.operation}: call {call.n} used {used} {name} tokens, the usage log says {logged}"


def ids_of(call: Call) -> frozenset[str]:
    """What a target can know a request by: the ids of its answer and its head, and those that it made up itself."""
    found = set(call.request_ids)
    for body in (call.response, call.request):
        inner = body.get("data", ()) if isinstance(body, Mapping) else body
        for part in (body, *(inner if isinstance(inner, list | tuple) else ())):
            if isinstance(part, Mapping):
                found |= {value for key in IDS if isinstance(value := part.get(key), str)}
    return frozenset(found)


def draws(log: UsageRow, cell: CellHistory) -> bool:
    """Whether a usage log is of images: it counts no tokens, or its model drew some here."""
    return not log.token_total or log.model in {model_of(call) for call in cell.calls if call.success and call.images}


def model_of(call: Call) -> str:
    """The model that was asked for: the request's own word, else the answer's without its snapshot date."""
    request = call.request
    if isinstance(request, list):
        request = next((task for task in request if isinstance(task, dict) and "model" in task), None)
    if isinstance(request, dict) and isinstance(request.get("model"), str):
        return request["model"]
    return SNAPSHOT.sub("", call.model)


def _fits(call: Call, row: UsageRow, same_model: bool) -> bool:
    same = not same_model or SNAPSHOT.sub("", row.model) == model_of(call)
    return same and bool(row.token_total or not call.images) and _same_tokens(call, row)


def _same_tokens(call: Call, row: UsageRow) -> bool:
    usage = call.usage or {}
    return (row.tokens_in or 0, row.tokens_out or 0) == (usage.get("tokens_in"), usage.get("tokens_out"))


def _differs(call: Call, row: UsageRow) -> str:
    return f"{row.operation}: call {call.n} used {_tokens(call)} tokens, the usage log says {row.tokens_in}+{row.tokens_out}"


def _logged(row: UsageRow) -> str:
    return "" if row.tokens_in is None else f" ({row.tokens_in}+{row.tokens_out} tokens)"


def _forgive(
    allowed: Unbilled, uncharged: list[Call], images: dict[str, tuple[int, int]], cell: CellHistory
) -> list[str]:
    """Take `allowed` off what is uncharged; a listed success that was charged, or never happened, is itself a problem."""
    found = 0
    for call in [call for call in uncharged if call.route == allowed.match][: allowed.count]:
        uncharged.remove(call)
        found += 1
    models = {model_of(call) for call in cell.calls if call.success and call.images and call.route == allowed.match}
    for model in sorted((models | {""}) & images.keys()):
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
