"""Which laws can be asked of a target at all: what each needs of the ledger, and what is not there.

A law that is not asked shows nothing and never passes. A golden says which laws were not asked when it was accepted; all
others were, and one of those that can no longer be asked fails: a part of the ledger that went from harness.toml, or a
rate card that went, is told and does not look like a quieter run.
"""

from __future__ import annotations

from collections.abc import Callable

from harness.core.golden import Golden
from harness.core.ledger import Ledger
from harness.core.rates import RateCard
from harness.core.verdict import Status
from harness.judge.result import Result, breaks

Need = Callable[[Ledger, RateCard], str]
"""What is missing, in words; "" when nothing is."""

PARTS = {"balance": "no balance", "movements": "no movements", "usage": "no usage log"}


def part(name: str, *columns: str) -> Need:
    """Needs a part of the ledger, and columns of it."""

    def missing(ledger: Ledger, card: RateCard) -> str:
        if not ledger.has(name):
            return PARTS[name]
        return next((f"{name} without {column}" for column in columns if not ledger.has(name, column)), "")

    return missing


def either(*needs: Need) -> Need:
    """Needs one of several; what is told is what the first lacks."""

    def missing(ledger: Ledger, card: RateCard) -> str:
        lacks = [need(ledger, card) for need in needs]
        return lacks[0] if all(lacks) else ""

    return missing


def _card(ledger: Ledger, card: RateCard) -> str:
    return "no rate card" if card.missing else ""


def _accounts(ledger: Ledger, card: RateCard) -> str:
    return "" if ledger.accounts else "a single account"


NEEDS: dict[str, tuple[Need, ...]] = {
    "law-1": (part("balance"), part("movements")),
    "law-2": (part("movements", "balance_after"),),
    "law-3": (either(part("balance"), part("movements", "balance_after")),),
    "law-4": (part("usage"), part("movements")),
    "law-5": (part("usage"), either(part("usage", "tokens_in", "tokens_out"), part("usage", "request"))),
    "law-6": (_card, either(part("usage"), part("movements")), either(part("usage", "operation"), part("movements", "operation"))),
    "law-7": (either(part("movements"), part("usage")),),
    "law-8": (part("movements", "type"),),
    "law-9": (_accounts,),
    "law-13": (part("movements"),),
    "law-14": (either(part("movements"), part("usage")),),
    "law-17": (either(part("usage", "credits"), part("movements")),),
    "law-18": (either(part("usage", "credits"), part("movements")),),
    "law-19": (_card, either(part("usage", "credits"), part("movements"))),
}  # fmt: skip
"""Laws that are not here need nothing of the ledger: 10 (what is refused), 11 (nothing stuck), 12 (the paths agree). 15 (one transaction) says itself
what it lacks: it is younger than goldens that say which laws were asked."""


def why_not(checker: str, ledger: Ledger, card: RateCard) -> str:
    """Why a checker cannot be asked of this target; "" when it can."""
    return next((lacks for need in NEEDS.get(checker, ()) if (lacks := need(ledger, card))), "")


def not_asked(checker: str, why: str, golden: Golden | None) -> Result:
    """The result of a check that cannot be asked: a failure where the golden says that it was."""
    if golden is None or checker in golden.not_asked:
        return Result(status=Status.NOT_ASKED, evidence=(f"not asked: {why}",))
    return breaks(
        [f"not asked: {why}; it was asked when the golden was accepted"],
        code="law-not-asked",
        hint=f'if it is meant: harness golden accept {golden.scenario} --why "..."',
    )
