"""Nobody asks a provider that shows a certificate which nobody trusts. Of a varied world (docs/varied.md)."""

from __future__ import annotations

from harness.core.history import CellHistory
from harness.core.variation import WENT_ON
from harness.judge.context import Context
from harness.judge.result import Result, breaks, holds


def certificates_are_verified(cell: CellHistory, context: Context) -> Result:
    """fails with certificate-ignored: keys and texts went to whoever answered."""
    went_on = [call for call in cell.calls if WENT_ON in call.problems]
    if went_on:
        return breaks(
            [f"{call.route} call {call.n}: {WENT_ON}" for call in went_on],
            code="certificate-ignored",
            hint="the client does not verify certificates: look for verify=False, CERT_NONE or an SSL context of its own",
        )
    return holds("no request went to anybody who is not trusted")
