"""A recording from `begin` to `finish`. One request at a time: vcrpy patches the whole process while it records."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from harness.core.cassette import Interaction, RecordedRequest, RecordedResponse
from harness.core.errors import HarnessError
from harness.provider.cassettes.scrub import scrub
from harness.provider.profiles import Profile
from harness.provider.record import keep, plan
from harness.provider.record.upstream import Upstream, opened, provider_of, secrets_of, send
from harness.provider.simulator import NOTHING, answer, read
from harness.provider.simulator.wire import WARNING_HEADER

_LOCK = threading.RLock()


@dataclass(slots=True, kw_only=True)
class _Session:
    job: keep.Job
    target: Upstream
    staging: Path
    closing: ExitStack
    dry_run: bool
    simulate: Callable[[RecordedRequest], RecordedResponse]
    interactions: list[tuple[str, str, Interaction]] = field(default_factory=list)
    """(provider, upstream that answered, interaction as it came)."""
    secrets: set[str] = field(default_factory=set)
    warnings: dict[str, list[str]] = field(default_factory=dict)
    """By provider, what the simulator assumed in its answers."""
    failed: HarnessError | None = None
    """Why the first request that got no answer got none: then nothing is kept."""


_OPEN: dict[str, _Session] = {}


def begin(
    scenario: str,
    tape: Sequence[str],
    upstream: str,
    out: Path | str,
    *,
    seed: int = 0,
    overwrite: bool = False,
    dry_run: bool = False,
    providers: Mapping[str, Profile] | None = None,
    answers: Path | None = None,
    command: str = "",
    today: date | None = None,
) -> None:
    """Open a recording of `scenario` into the folder `out`. `tape` names the cassettes that it may write.

    `upstream`: "simulator" (started here), "simulator:HOST:PORT,CA_FILE" (already running) or "real".
    `providers` maps further hosts to their profiles (profiles.declared); `answers` is the file of the project's own. With `dry_run` nothing is sent and
    nothing written: the simulator answers, and `finish` tells what would have been sent and its estimated cost.
    Errors: record-open, record-upstream, record-no-key, answers-failed.
    """
    with _LOCK:
        if scenario in _OPEN:
            raise HarnessError(
                f"scenario {scenario} is being recorded already", hint="finish or abort it first", code="record-open"
            )
        with ExitStack() as stack:
            staging = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="harness-record-")))
            wanted = "simulator" if dry_run else upstream
            own = NOTHING if answers is None else read(answers)
            target = stack.enter_context(opened(wanted, staging, seed=seed, answers=own, declared=providers))
            _OPEN[scenario] = _Session(
                job=keep.Job(
                    scenario=scenario,
                    tape=tuple(tape),
                    out=Path(out),
                    overwrite=overwrite,
                    providers=dict(providers or {}),
                    command=command or f"nox -s record -- {scenario}",
                    recorded_at=(today or datetime.now(UTC).date()).isoformat(),
                ),
                target=target,
                staging=staging,
                closing=stack.pop_all(),
                dry_run=dry_run,
                simulate=partial(answer, seed=seed, answers=own, declared=providers),
            )


def forward(request: RecordedRequest, scenario: str) -> RecordedResponse:
    """Send one request on, record it, and return its answer scrubbed, so that the client stores what a replay will say.

    Errors: record-not-open, record-upstream, record-no-key, record-loop, answers-missing, answers-failed; `finish` then raises
    the first of them again.
    """
    with _LOCK:
        session = _session(scenario)
        try:
            return _forwarded(session, request)
        except HarnessError as error:
            told = type(error)(f"{scenario}: {error.message}", hint=error.hint, code=error.code)
            session.failed = session.failed or told
            raise told from error


def _forwarded(session: _Session, request: RecordedRequest) -> RecordedResponse:
    provider = provider_of(request.uri, session.job.providers)
    session.secrets |= secrets_of(request)
    if session.dry_run:
        came, origin = Interaction(request=request, response=session.simulate(request)), "simulator"
    else:
        came, origin = send(
            request,
            provider.name,
            session.target,
            session.staging / f"{len(session.interactions):05}.yaml",
            session.secrets,
        )
    came = replace(came, request=request, index=len(session.interactions))
    session.interactions.append((provider.name, origin, came))
    session.warnings.setdefault(provider.name, []).extend(_warnings(came.response))
    clean, _ = scrub(came, provider.kind, session.secrets)
    return clean.response


def finish(scenario: str, *, overwrite: bool | None = None) -> list[dict[str, Any]]:
    """Keep what was recorded. One entry a cassette: {cassette, interactions, written, drift, cost_usd, origin}.

    `drift` is a list of lines, empty when nothing was there or nothing changed; a changed file is only replaced with
    `overwrite` (None: as `begin` was told). A dry run has `would_send` instead of anything written.
    Errors: record-not-open, cassette-secret, cassette-write, and what `forward` raised; then nothing is written at all.
    """
    with _LOCK:
        session = _session(scenario)
        _OPEN.pop(scenario)
        with session.closing:
            if session.failed is not None:
                raise session.failed
            if session.dry_run:
                return plan.of(session.job, session.interactions)
            job = session.job if overwrite is None else replace(session.job, overwrite=overwrite)
            return keep.keep(job, session.interactions, session.target.name, session.secrets, session.warnings)


def abort(scenario: str) -> None:
    """Forget the recording; quiet when there is none."""
    with _LOCK:
        session = _OPEN.pop(scenario, None)
        if session is not None:
            session.closing.close()


def _warnings(response: RecordedResponse) -> list[str]:
    return [value for name, values in response.headers.items() if name.lower() == WARNING_HEADER for value in values]


def _session(scenario: str) -> _Session:
    session = _OPEN.get(scenario)
    if session is None:
        raise HarnessError(
            f"scenario {scenario} is not being recorded",
            hint="call begin first; finish closes a recording",
            code="record-not-open",
        )
    return session
