"""The given rows, made by the target's own models: a rowing club with a transcript, and a choir that nothing may bill or touch."""

from __future__ import annotations

from typing import Any

from harness.core.scenario import Given, Ref, Row

ENOUGH = "25.0000"
BYSTANDER = "choir-"
PASSWORD = "pbkdf2_sha256$600000$lingopostlingopostsalt$PbsBOw916d9M8DnbpMZPZtIEjY/qZiYH3TVHFOZWNl0="
"""Of "a day at sea", which [auth] sends."""

TITLE = "Monday's launch"
TALK = (
    "Anna: so, um, the cox box is back from repair. Ben: good, we launch the eight at six then. "
    "Anna: Ben brings the rigger spanner, I book the slipway. Ben: fine, see you at six."
)


def club(
    name: str = "Rowing Club", *, prefix: str = "", credits: str = ENOUGH, owner: str = "", **workspace: Any
) -> tuple[Row, ...]:
    """A workspace with its owner (a new one, unless somebody is named), its wallet and the bonus that filled it."""
    place, person = Ref(f"{prefix}workspace"), owner or f"{prefix}owner"
    wallet = {"wallet": Ref(f"{prefix}wallet")}
    signed_up = (
        ()
        if owner
        else (
            Row(
                model="auth.User",
                name=person,
                values={"username": name.lower().replace(" ", "-"), "password": PASSWORD},
            ),
        )
    )
    return (
        *signed_up,
        Row(model="desk.Workspace", name=f"{prefix}workspace", values={"name": name, "language": "EN-GB", **workspace}),
        Row(model="desk.Membership", name=f"{prefix}member", values={"workspace": place, "person": Ref(person)}),
        Row(model="purse.Wallet", name=f"{prefix}wallet", values={"workspace": place, "available": credits}),
        Row(model="purse.Movement", name=f"{prefix}welcome", values={**wallet, "kind": "grant", "direction": "in", "amount": credits, "available_after": credits, "dedupe": f"grant:{name}", "note": "welcome"}),
    )  # fmt: skip


def talk(prefix: str = "", held_on: str = "2026-03-02") -> Row:
    return Row(model="desk.Transcript", name=f"{prefix}talk", values={"workspace": Ref(f"{prefix}workspace"), "title": TITLE, "body": TALK, "held_on": held_on})  # fmt: skip


def world(*more: Row, credits: str = ENOUGH, **workspace: Any) -> Given:
    """The club and the choir with a transcript each, and `more`."""
    choir = club("Choir", prefix=BYSTANDER, credits="7.5000")
    return Given(rows=(*club(credits=credits, **workspace), talk(), *choir, talk(BYSTANDER), *more), actor="owner")
