"""Topic: what a search keyword is about, as a phrase that fits into a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LEADS = (
    "where to buy", "where to find", "what is", "what are", "when to use", "best", "top rated", "top", "cheap", "cheapest",
    "affordable", "buy", "order", "find", "compare", "the",
)  # fmt: skip
_TAILS = (
    "near me", "for sale", "online", "reviews", "review", "prices", "price list", "price", "cost", "guide", "explained",
    "buying guide", "tips",
)  # fmt: skip
_DOUBLED = frozenset(
    str.split("get run cut set plan stop trim dig swim put shop ship prep wrap begin pot sit fit pin map tap")
)
_QUESTIONS = (
    (r"how long (?:does|do) (.+) last", "the shelf life of {0}"),
    (r"how long (?:does|do) (.+) take", "the time needed for {0}"),
    (r"how much (?:does|do) (.+) cost", "the cost of {0}"),
    (r"how often (?:should|do) (?:you|i) (.+)", "the right time to {0}"),
    (r"when (?:should|do) (?:you|i) (.+)", "the right time to {0}"),
    (r"(?:is|are) (.+) worth it", "the value of {0}"),
)
_SMALL = frozenset(str.split("a an and as at but by for from in into of on or the to vs with without your"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """`noun` fits after "choosing" or "about"; `verb` is "is" or "are"."""

    keyword: str
    noun: str
    verb: str


def topic_of(keyword: str) -> Topic:
    text = " ".join(keyword.lower().split())
    how = re.match(r"how (?:to|do you|do i) (\w+)\s*(.*)", text)
    if how:
        return Topic(keyword=text, noun=f"{gerund(how.group(1))} {how.group(2)}".strip(), verb="is")
    asked = _question(text)
    if asked:
        return Topic(keyword=text, noun=asked, verb="is")
    noun = text
    for lead in _LEADS:
        noun = noun.removeprefix(lead + " ")
    for tail in _TAILS:
        noun = noun.removesuffix(" " + tail)
    noun = re.sub(r"\s+(?:vs\.?|versus)\s+", " and ", noun)
    noun = re.sub(r"\s+(?:in\s+)?20\d\d$", "", noun) or text
    return Topic(keyword=text, noun=noun, verb="are" if _plural(noun) else "is")


def _question(text: str) -> str:
    """A question as a noun: "how long does cold brew last" is about the shelf life of cold brew."""
    for pattern, noun in _QUESTIONS:
        found = re.fullmatch(pattern, text)
        if found:
            return noun.format(found.group(1))
    return (
        f'the question "{text}"'
        if re.match(r"(?:how|why|when|where|which|who|can|does|do|should|is|are) ", text)
        else ""
    )


def gerund(verb: str) -> str:
    if verb in _DOUBLED:
        return f"{verb}{verb[-1]}ing"
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1] + "ing"
    return verb + "ing"


def headline(text: str) -> str:
    """Title case as editors write it: small words stay small, words with capitals stay as they are."""
    words = text.split()
    return " ".join(
        word if word != word.lower() or (at and word in _SMALL) else word[:1].upper() + word[1:]
        for at, word in enumerate(words)
    )


def sentence(text: str) -> str:
    """The same text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+(?:'[a-z]+)?", text.lower())


def _plural(noun: str) -> bool:
    if " and " in noun:
        return True
    head = re.split(r" (?:for|with|of|in|at|to|from|without|under|on) ", noun)[0].split()
    last = head[-1] if head else ""
    return (
        last.endswith("s") and not last.endswith(("ss", "us", "is", "ness")) and not last.endswith("ings")
    ) or last in ("people", "mice")
