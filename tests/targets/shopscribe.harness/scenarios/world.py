"""The given rows: what the shop sells, a key that spends and one that only reads, and the deposit that fills the till."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from harness.core.scenario import Given, Ref, Row

ENOUGH_CENTS = 500
KEYS = {"shop": ("ss-shop-replay", ["read", "spend"]), "window": ("ss-window-replay", ["read"])}
PRODUCTS = {
    "SPOON-1": "Oak spoon", "BOWL-2": "Oak bowl", "BOARD-3": "Bread board", "APRON-4": "Linen apron",
    "LADLE-5": "Soup ladle", "TRAY-6": "Ash tray for tea", "PIN-7": "Rolling pin",
}  # fmt: skip


def product(sku: str, n: int = 1, **values: Any) -> Row:
    facts = {"wood": "oak", "length_cm": 20 + n}
    return Row(model="catalog.Product", name=f"product{n}", values={"sku": sku, "name": PRODUCTS.get(sku, sku.title()), "facts": facts, **values})  # fmt: skip


def products(count: int, **values: Any) -> tuple[Row, ...]:
    return tuple(product(sku, n, **values) for n, sku in enumerate(list(PRODUCTS)[:count], 1))


def pictures(count: int) -> tuple[Row, ...]:
    """Pictures that another host keeps, without an alternative text."""
    order = Row(model="catalog.Order", name="drawn", values={"operation": "picture", "status": 1, "product": Ref("product1"), "wanted": {"size": "512", "count": count}})  # fmt: skip
    return order, *(
        Row(model="catalog.Picture", name=f"picture{n}", values={"order": Ref("drawn"), "product": Ref("product1"), "url": f"https://api.together.xyz/images/{n}.png"})
        for n in range(1, count + 1)
    )  # fmt: skip


def world(*more: Row, cents: int = ENOUGH_CENTS) -> Given:
    """The keys, the deposit, and `more`."""
    keys = (
        Row(model="till.ApiKey", name=name, values={"label": name, "digest": sha256(key.encode()).hexdigest(), "scopes": scopes})
        for name, (key, scopes) in KEYS.items()
    )  # fmt: skip
    filled = () if not cents else (Row(model="till.Entry", name="filled", values={"booked_at": "2026-03-02T08:00:00Z", "kind": "deposit", "cents": cents, "memo": "start"}),)  # fmt: skip
    return Given(rows=(*keys, *filled, *more), actor="shop", tokens={name: key for name, (key, _) in KEYS.items()})
