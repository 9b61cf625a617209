"""A HAR file, which others recorded, as a cassette of ours: the same scrub, the same scan, provenance that says so."""

from __future__ import annotations

import hashlib
from datetime import date
from email.utils import parsedate_to_datetime
from pathlib import Path

from harness.core.cassette import Cassette, Interaction
from harness.core.errors import HarnessError
from harness.provider.cassettes import read
from harness.provider.record import keep
from harness.provider.record.upstream import provider_of, secrets_of


def import_har(
    source: Path, name: str, out: Path, *, overwrite: bool = False, recorded_at: date | None = None
) -> list[str]:
    """Write the archive's interactions to <out>/<provider>/<name>.yaml; the names that were written.

    The date is that of the first answer, unless given. Errors: cassette-import when there is no date, cassette-exists,
    cassette-secret, and those of reading.
    """
    archive: Cassette = read(source, name)
    rows: list[tuple[str, str, Interaction]] = []
    secrets: set[str] = set()
    for one in archive.interactions:
        rows.append((provider_of(one.request.uri, {}).name, "real", one))
        secrets |= secrets_of(one.request)
    if not rows:
        raise HarnessError(f"{source.name} holds no request", hint="export it with content", code="cassette-import")
    day = recorded_at.isoformat() if recorded_at else _day(archive.interactions)
    if not day:
        raise HarnessError(
            f"{source.name} does not say when it was made", hint="give --recorded-at YYYY-MM-DD", code="cassette-import"
        )
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:12]
    job = keep.Job(
        scenario=name, tape=(), out=out, overwrite=overwrite, recorded_at=day, command=f"harness cassette import-har {source.name} (sha256 {digest})"
    )  # fmt: skip
    made = keep.keep(job, rows, "real", secrets)
    kept = [entry for entry in made if not entry["written"] and entry["drift"]]
    if kept:
        raise HarnessError(
            f"cassette {kept[0]['cassette']} exists and differs: {kept[0]['drift'][0]}",
            hint="--overwrite replaces it",
            code="cassette-exists",
        )
    return [entry["cassette"] for entry in made]


def _day(interactions: tuple[Interaction, ...]) -> str:
    for one in interactions:
        for header, values in one.response.headers.items():
            if header.lower() == "date" and values:
                try:
                    return parsedate_to_datetime(values[0]).date().isoformat()
                except ValueError:
                    continue
    return ""
