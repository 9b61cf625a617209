"""A number with its noun or its sign, as every line that counts something says it."""

from decimal import Decimal


def count(n: int | Decimal, what: str) -> str:
    """ "1 cell", "2 cells", "-1 credit", "0.50 credits"."""
    return f"{plain(n)} {what}{'' if abs(n) == 1 else 's'}"


def signed(n: int | Decimal) -> str:
    """ "+5", "-0.50"."""
    return f"{n:+d}" if isinstance(n, int) else f"{n:+f}"


def plain(n: object) -> str:
    """A number without an exponent; anything else as it prints itself."""
    return f"{n:f}" if isinstance(n, Decimal) else str(n)


def megabytes(n_bytes: int) -> str:
    """ "12.3 MB"."""
    return f"{n_bytes / 1_000_000:.1f} MB"
