"""Rows of the given world. People come from Faker with a fixed seed per brand, so every run seeds the same bytes.

Row names are what steps refer to: "account", "site", "sector", "kw1"..., "cluster1"..., "task1"..., "content1",
"image1"...; a second business prefixes its names ("north-site"). Every world holds a bystander with work of its own
that nothing in the scenario may touch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from faker import Faker

from harness.core.scenario import Change, Given, Ref, Row
from scenarios.brands import BRIGHTSIDE, NORTHFELL, TIDEWATER, Article, Brand, Brief

ENOUGH = 500
"""Opening credits that no single scenario uses up."""

BYSTANDER_CREDITS = 77


def bearer(name: str) -> str:
    """The bearer token of the api_token row `name`: the same in every run, worth nothing outside a disposable stack."""
    return "igny8_" + hashlib.sha256(f"harness bearer {name}".encode()).hexdigest()[:40]


def tokens_of(rows: Iterable[Row]) -> dict[str, str]:
    """What each seeded api_token stands for."""
    return {row.name: bearer(row.name) for row in rows if row.kind == "api_token"}


def business(brand: Brand = TIDEWATER, *, credits: int = ENOUGH, prefix: str = "") -> tuple[Row, ...]:
    """An account with its owner, a token ("owner"), a site and a sector."""
    fake = Faker("en_GB")
    fake.seed_instance(f"harness {brand.name}")
    owner = fake.name()
    email = f"{prefix}{owner.lower().replace(' ', '.')}@{brand.domain}"
    token = f"{prefix}owner"
    tenant = {"account_id": Ref(f"{prefix}account")}
    return (
        Row(kind="account", name=f"{prefix}account", values={"name": f"{brand.name} {fake.company_suffix()}", "owner_email": email, "credits": credits}),
        Row(kind="user", name=f"{prefix}user", values={**tenant, "email": email, "full_name": owner}),
        Row(kind="api_token", name=token, values={"user_id": Ref(f"{prefix}user"), "name": "web", "key_sha256": hashlib.sha256(bearer(token).encode()).hexdigest()}),
        Row(kind="site", name=f"{prefix}site", values={**tenant, "name": brand.name, "domain": brand.domain, "wp_url": f"https://{brand.wp_host}", "wp_username": "editor", "wp_app_password": "Abcd EFgh 1jKl MnoP 2rSt UvWx"}),
        Row(kind="sector", name=f"{prefix}sector", values={**tenant, "site_id": Ref(f"{prefix}site"), "name": brand.sector}),
        *_past(credits, prefix),
    )  # fmt: skip


def _past(credits: int, prefix: str) -> tuple[Row, ...]:
    """What the account bought and spent before: ledger rows that nothing may ever change, ending at its balance."""
    tenant, spent = {"account_id": Ref(f"{prefix}account")}, 4
    return (
        Row(kind="transaction", name=f"{prefix}past-purchase", values={**tenant, "transaction_type": "purchase", "credits_amount": credits + spent, "balance_after": credits + spent, "description": "Credits bought", "metadata": {}}),
        Row(kind="usage_log", name=f"{prefix}past-usage", values={**tenant, "operation_type": "clustering", "credits_used": spent, "cost_usd": "0.002912", "model_used": "gpt-5.1", "tokens_input": 350, "tokens_output": 247, "metadata": {"units": 1}}),
        Row(kind="transaction", name=f"{prefix}past-deduction", values={**tenant, "transaction_type": "deduction", "credits_amount": -spent, "balance_after": credits, "description": "Keyword clustering", "metadata": {"operation_type": "clustering", "model": "gpt-5.1", "units": 1, "usage_log_id": Ref(f"{prefix}past-usage")}}),
    )  # fmt: skip


def bystander() -> tuple[Row, ...]:
    """Another customer with work waiting at every stage: no scenario may bill, change or even see it."""
    brand, prefix = BRIGHTSIDE, "bystander-"
    return (
        *business(brand, credits=BYSTANDER_CREDITS, prefix=prefix),
        *keywords(brand.keywords[:2], prefix=prefix),
        *clusters(brand, 1, prefix=prefix),
        *tasks(brand.briefs, prefix=prefix),
    )


def keywords(
    phrases: Iterable[tuple[str, int, int, str]], *, prefix: str = "", first: int = 1, **extra: Any
) -> tuple[Row, ...]:
    return tuple(
        Row(kind="keyword", name=f"{prefix}kw{n}", values={**_at_site(prefix), "keyword": phrase, "volume": volume, "difficulty": difficulty, "intent": intent, **extra})
        for n, (phrase, volume, difficulty, intent) in enumerate(phrases, first)
    )  # fmt: skip


def clusters(brand: Brand, count: int, *, prefix: str = "", status: str = "new") -> tuple[Row, ...]:
    """The brand's first clusters with their keywords, already mapped."""
    rows: list[Row] = []
    known = {phrase: (phrase, volume, difficulty, intent) for phrase, volume, difficulty, intent in brand.keywords}
    first = 101
    for n, (name, (description, phrases)) in enumerate(list(brand.clusters.items())[:count], 1):
        volume = sum(known[phrase][1] for phrase in phrases)
        rows.append(
            Row(kind="cluster", name=f"{prefix}cluster{n}", values={**_at_site(prefix), "name": name, "description": description, "keywords_count": len(phrases), "volume": volume, "status": status})
        )  # fmt: skip
        rows.extend(
            keywords(
                (known[phrase] for phrase in phrases),
                prefix=prefix,
                first=first,
                cluster_id=Ref(f"{prefix}cluster{n}"),
                status="mapped",
            )
        )
        first += len(phrases)
    return tuple(rows)


def ideas(briefs: Iterable[Brief], *, prefix: str = "") -> tuple[Row, ...]:
    return tuple(
        Row(kind="idea", name=f"{prefix}idea{n}", values={**_at_site(prefix), "title": brief.title, "description": brief.description, "content_type": brief.content_type, "content_structure": brief.structure, "target_keywords": ", ".join(brief.keywords), "estimated_word_count": brief.word_count})
        for n, brief in enumerate(briefs, 1)
    )  # fmt: skip


def tasks(briefs: Iterable[Brief], *, prefix: str = "") -> tuple[Row, ...]:
    return tuple(
        Row(kind="task", name=f"{prefix}task{n}", values={**_at_site(prefix), "title": brief.title, "description": brief.description, "keywords": ", ".join(brief.keywords), "content_type": brief.content_type, "content_structure": brief.structure, "word_count": brief.word_count})
        for n, brief in enumerate(briefs, 1)
    )  # fmt: skip


def contents(
    articles: Iterable[Article], *, prefix: str = "", status: str = "draft", first: int = 1
) -> tuple[Row, ...]:
    return tuple(
        Row(kind="content", name=f"{prefix}content{n}", values={**_at_site(prefix), "title": article.title, "content_html": article.html, "word_count": _words(article.html), "primary_keyword": article.keyword, "external_url": article.external_url, "external_id": str(4000 + n) if article.external_url else "", "status": "published" if article.external_url else status})
        for n, article in enumerate(articles, first)
    )  # fmt: skip


def images(article: Article, count: int, *, content: str = "content1", prefix: str = "") -> tuple[Row, ...]:
    """The featured image and `count` - 1 images in the article, prompts ready, not drawn yet."""
    return tuple(
        Row(kind="image", name=f"{prefix}image{n}", values={"account_id": Ref(f"{prefix}account"), "site_id": Ref(f"{prefix}site"), "content_id": Ref(f"{prefix}{content}"), "image_type": "featured" if n == 1 else "in_article", "position": max(0, n - 1), "prompt": prompt})
        for n, prompt in enumerate(article.image_prompts[:count], 1)
    )  # fmt: skip


def image_model(model: str, *, prefix: str = "") -> Row:
    """The account's own choice of image model."""
    return Row(
        kind="account_settings",
        name=f"{prefix}settings",
        values={"account_id": Ref(f"{prefix}account"), "image_model": model},
    )


def world(
    *parts: Iterable[Row], credits: int = ENOUGH, brand: Brand = TIDEWATER, changes: tuple[Change, ...] = ()
) -> Given:
    """One business, a bystander, and the given rows."""
    return given(
        (*business(brand, credits=credits), *bystander(), *(row for part in parts for row in part)),
        changes=changes,
    )


def given(rows: tuple[Row, ...], *, actor: str = "owner", changes: tuple[Change, ...] = ()) -> Given:
    """These rows, with what each token of theirs is."""
    return Given(rows=rows, changes=changes, actor=actor, tokens=tokens_of(rows))


def refs(kind: str, count: int, *, prefix: str = "") -> list[Ref]:
    """[Ref("kw1"), Ref("kw2"), ...]"""
    return [Ref(f"{prefix}{kind}{n}") for n in range(1, count + 1)]


def _at_site(prefix: str) -> dict[str, Ref]:
    return {"account_id": Ref(f"{prefix}account"), "site_id": Ref(f"{prefix}site"), "sector_id": Ref(f"{prefix}sector")}


def _words(html: str) -> int:
    return len("".join(part.partition(">")[2] + " " for part in html.split("<")).split())


__all__ = [
    "BRIGHTSIDE", "ENOUGH", "NORTHFELL", "TIDEWATER", "business", "bystander", "clusters", "contents", "given", "ideas",
    "image_model", "images", "keywords", "refs", "tasks", "world",
]  # fmt: skip
