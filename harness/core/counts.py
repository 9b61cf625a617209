"""A number with its noun, as every line that counts something says it."""


def count(n: int, what: str) -> str:
    """ "1 cell", "2 cells", "-1 credit"."""
    return f"{n} {what}{'' if abs(n) == 1 else 's'}"
