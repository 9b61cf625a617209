"""The given rows, made by the target's own models: a chandlery, and a bakery whose work nothing may bill or touch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from harness.core.scenario import Given, Ref, Row

ENOUGH = 400
BYSTANDER = "bakery-"
KEYWORDS = (
    "dinghy sail repair kit", "how to patch a sail", "sail repair tape", "marine rope splicing", "three strand splice",
    "dock line length", "mooring line chafe guard", "best rope for mooring",
)  # fmt: skip
CLUSTERS = {"Sail Repair": KEYWORDS[:3], "Mooring Lines": KEYWORDS[5:8]}
TITLES = ("How to Patch a Torn Dinghy Sail", "Choosing Mooring Lines That Last")
PROMPTS = (
    "A torn dinghy sail spread on a workbench beside a roll of repair tape, morning light",
    "Close view of hands pressing repair tape onto white sailcloth",
    "A dinghy sailing on calm water with a neatly patched sail",
)
HTML = (
    "<p>A torn sail ends a day on the water, but most tears can be patched on the beach.</p>"
    "<h2>Clean the sail</h2><p>Rinse off the salt and let the cloth dry, or the repair tape will not hold.</p>"
    "<h2>Patch the tear</h2><p>Round the corners of the tape and press it on from the middle outwards.</p>"
    "<h2>Check your lines</h2><p>While the sail dries, look at your mooring lines for chafe and splice what is worn.</p>"
)


def business(
    name: str = "Halyard and Pine", *, prefix: str = "", credits: int = ENOUGH, **account: Any
) -> tuple[Row, ...]:
    """An account with its owner, a site, a sector, and what it bought and spent before."""
    slug = name.lower().replace(" ", "-")
    tenant = {"account": Ref(f"{prefix}account")}
    past = {**tenant, "metadata": {}}
    return (
        Row(model="igny8_core_auth.Account", name=f"{prefix}account", values={"name": name, "slug": slug, "credits": credits, "status": "active", **account}),
        Row(model="igny8_core_auth.User", name=f"{prefix}owner", values={**tenant, "username": slug, "email": f"owner@{slug}.example", "role": "owner"}),
        Row(model="igny8_core_auth.Site", name=f"{prefix}site", values={**tenant, "name": name, "slug": slug, "wp_url": f"https://blog.{slug}.example", "wp_username": "editor", "wp_app_password": "Abcd EFgh 1jKl MnoP", "auto_publish": True}),
        Row(model="igny8_core_auth.Sector", name=f"{prefix}sector", values={**tenant, "site": Ref(f"{prefix}site"), "name": "Boating", "slug": "boating"}),
        Row(model="billing.CreditTransaction", name=f"{prefix}bought", values={**past, "transaction_type": "purchase", "amount": credits + 4, "balance_after": credits + 4, "description": "Credits"}),
        Row(model="billing.CreditTransaction", name=f"{prefix}spent", values={**past, "transaction_type": "deduction", "amount": -4, "balance_after": credits, "description": "Clustering"}),
        Row(model="billing.CreditUsageLog", name=f"{prefix}used", values={**past, "operation_type": "clustering", "credits_used": 4, "cost_usd": "0.002912", "model_used": "gpt-5.1", "tokens_input": 350, "tokens_output": 247}),
    )  # fmt: skip


def at_site(prefix: str = "") -> dict[str, Ref]:
    return {key: Ref(f"{prefix}{key}") for key in ("account", "site", "sector")}


def keywords(*, prefix: str = "") -> tuple[Row, ...]:
    return tuple(
        Row(model="planner.Keywords", name=f"{prefix}keyword{n}", values={**at_site(prefix), "keyword": keyword, "volume": 90 * n, "difficulty": 20 + n})
        for n, keyword in enumerate(KEYWORDS, 1)
    )  # fmt: skip


def clusters(count: int = 1) -> tuple[Row, ...]:
    """Clusters with the keywords that are in them."""
    rows: list[Row] = []
    for n, (name, inside) in enumerate(list(CLUSTERS.items())[:count], 1):
        rows.append(Row(model="planner.Clusters", name=f"cluster{n}", values={**at_site(), "name": name, "keywords_count": len(inside)}))  # fmt: skip
        for m, keyword in enumerate(inside, 1):
            rows.append(Row(model="planner.Keywords", name=f"mapped{n}{m}", values={**at_site(), "keyword": keyword, "cluster": Ref(f"cluster{n}"), "status": "mapped"}))  # fmt: skip
    return tuple(rows)


def ideas() -> tuple[Row, ...]:
    return tuple(
        Row(model="planner.ContentIdeas", name=f"idea{n}", values={**at_site(), "idea_title": title, "primary_focus_keywords": KEYWORDS[n]})
        for n, title in enumerate(TITLES, 1)
    )  # fmt: skip


def tasks(count: int = 1, *, prefix: str = "", **values: Any) -> tuple[Row, ...]:
    return tuple(
        Row(model="writer.Tasks", name=f"{prefix}task{n}", values={**at_site(prefix), "title": title, "keywords": KEYWORDS[n], "word_count": 600, **values})
        for n, title in enumerate(TITLES[:count], 1)
    )  # fmt: skip


def contents(count: int = 1, *, prefix: str = "", **values: Any) -> tuple[Row, ...]:
    return tuple(
        Row(model="writer.Content", name=f"{prefix}content{n}", values={**at_site(prefix), "title": title, "content_html": HTML, "word_count": 95, "primary_keyword": KEYWORDS[n], **values})
        for n, title in enumerate(TITLES[:count], 1)
    )  # fmt: skip


def images(count: int, prompts: tuple[str, ...] = PROMPTS) -> tuple[Row, ...]:
    """The featured image and those in the article, not drawn yet."""
    return tuple(
        Row(model="writer.Images", name=f"image{n}", values={**at_site(), "content": Ref("content1"), "image_type": "in_article" if n > 1 else "featured", "position": n - 1, "prompt": prompt})
        for n, prompt in enumerate(prompts[:count], 1)
    )  # fmt: skip


def chosen(integration: str, **choice: Any) -> Row:
    """What the account set instead of the installation's defaults."""
    return Row(model="system.IntegrationSettings", name=integration, values={"account": Ref("account"), "integration_type": integration, "config": choice})  # fmt: skip


def world(*parts: Iterable[Row], first: tuple[Row, ...] = (), credits: int = ENOUGH, **account: Any) -> Given:
    """The chandlery, the bakery with work at each stage, and the given rows; `first` are what the account refers to."""
    bystander = (
        *business("Crumb and Crust", prefix=BYSTANDER, credits=70),
        *keywords(prefix=BYSTANDER),
        *tasks(1, prefix=BYSTANDER),
        *contents(1, prefix=BYSTANDER),
    )
    own = business(credits=credits, **account)
    return Given(rows=(*first, *own, *bystander, *(row for part in parts for row in part)), actor="owner")


def refs(kind: str, count: int) -> list[Ref]:
    return [Ref(f"{kind}{n}") for n in range(1, count + 1)]
