"""What provider traffic costs in USD, by the prices that are asked for in public (prices.toml)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from harness.core.cassette import Interaction
from harness.core.errors import HarnessError
from harness.core.rates import Price, Use, cost_due
from harness.core.rates.card import USD
from harness.provider.profiles import Profile, authority_of, parse, profile_for

LISTED = Path(__file__).with_suffix(".toml")
_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What one interaction used: tokens, images, and USD by the card; `cost_usd` is None for a model without a price."""

    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    images: int = 0
    cost_usd: Decimal | None = Decimal(0)


def used(
    interaction: Interaction, prices: Mapping[str, Price] | None = None, declared: Mapping[str, Profile] | None = None
) -> Used:
    """Read from the answer; a failed request used nothing. `declared`: providers of further hosts."""
    card = prices if prices is not None else load(LISTED)
    uri = interaction.request.uri
    profile = profile_for(authority_of(uri), urlsplit(uri).path, declared)
    content_type = next(
        (v[0] for k, v in interaction.response.headers.items() if k.lower() == "content-type" and v), ""
    )
    reading = profile.read(
        interaction.response.status, content_type, interaction.response.body, parse(interaction.request.body)
    )
    usage = reading.usage or {}
    tokens_in, tokens_out = usage.get("tokens_in", 0), usage.get("tokens_out", 0)
    if not reading.success or not (tokens_in or tokens_out or reading.images):
        return Used(model=reading.model)
    price = card.get(reading.model) or card.get(_SNAPSHOT.sub("", reading.model))
    use = Use(tokens_in=tokens_in, tokens_out=tokens_out, tokens=_apart(usage), units=reading.images)
    cost = cost_due(price, use) if price else None
    return Used(model=reading.model, tokens_in=tokens_in, tokens_out=tokens_out, images=reading.images, cost_usd=cost)


def _apart(usage: Mapping[str, int]) -> dict[str, int]:
    """Tokens that the provider counts apart, by their kind."""
    return {key.removeprefix("tokens_"): n for key, n in usage.items() if key not in ("tokens_in", "tokens_out")}


def total_usd(uses: Iterable[Used]) -> Decimal:
    return sum((use.cost_usd or Decimal(0) for use in uses), Decimal(0))


def shown(amount: Decimal) -> str:
    """USD as reports print it: six decimals, as the backend stores them."""
    return f"{amount:.6f}"


@cache
def load(path: Path) -> Mapping[str, Price]:
    """Model -> Price. Raises HarnessError rates-syntax."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["models"]
        return {name: _price(name, row) for name, row in rows.items()}
    except (OSError, ValueError, KeyError, ArithmeticError) as error:
        raise HarnessError(
            f"the rate card {path} cannot be read: {error}", hint="docs/formats.md shows its form", code="rates-syntax"
        ) from error


def _price(name: str, row: Mapping[str, str]) -> Price:
    usd = {key: Decimal(row[key]) for key in USD if key in row}
    return Price(model=name, source=row["source"], **usd)
