"""Product pages: what it is, for whom, features with benefits, specifications, questions."""

from __future__ import annotations

from html import escape

from . import bank
from .compose import Voice, heading, listing, paragraphs, word_count
from .topic import sentence

LEAD = (
    "{T} {v} made for {people} who would rather choose once and choose well.",
    "Every part of it follows from a simple idea: get {detail} right from the first day.",
    "You get a product that is easy to understand, easy to use and easy to look after.",
    "It arrives ready to use, with plain instructions and a real person to ask.",
)
BENEFITS = (
    ("Carefully chosen {detail}", "You notice the difference the first time you use it, and it stays that way."),
    ("Attention to {detail}", "What is usually an afterthought was settled here before anything else."),
    ("Made with {people} in mind", "It fits the way they really work, instead of asking them to change their routine."),
    ("Works with {tool}", "You can keep what you already own and add this to it."),
    ("Helps you avoid {mistake}", "The design takes the most common mistake out of your hands."),
    ("Honest about {detail}", "What we promise is printed on the label, so that you can check it."),
    ("Easy to look after", "A few minutes on a fixed day are enough, and every part can be reached."),
)
SPECIFICATIONS = (
    ("Suitable for", ("{people_cap}",)),
    ("Key characteristic", ("{detail}",)),
    ("Also considered", ("{detail}",)),
    ("Recommended with", ("{tool}",)),
    ("In the box", ("the product, instructions and {tool}", "the product, a care card and {tool}")),
    ("Delivery", ("two to four working days", "three to five working days", "next working day where available")),
    ("Returns", ("30 days, unused", "60 days, no questions asked")),
    ("Warranty", ("two years", "three years", "five years on all structural parts")),
)
WHY = (
    "{fact} We kept this in mind, and gave {detail} the same care.",
    "Compared with other offers for {t}, you pay for substance and not for packaging.",
    "{people_cap} told us what annoyed them, and most of it came down to {detail}.",
    "We changed what they mentioned first and left alone what already worked.",
    "The choice of materials follows from how it will be used, day after day.",
    "Nothing is hidden behind a higher tier: what you read here is what you receive.",
    "If you are also looking for {k}, the two go well together.",
    "Should something not fit, sending it back is as simple as ordering it.",
)
USE = (
    "Set it up where you will use it, because what is close at hand gets used.",
    "On the first day, {check}.",
    "After a week, look at {detail} once more and adjust it if you need to.",
    "{fact} Keep that in mind and the result will be the same every time.",
    "For the best result, pair it with {tool}.",
    "If several people share it, agree on one place where it belongs.",
    "A short look at {detail} every month is all the care it asks for.",
)


def html(voice: Voice, target: int) -> str:
    parts = [
        paragraphs(voice.say(LEAD, 4), 4),
        heading(2, f"Why choose {voice.topic.noun} from us"),
        paragraphs(voice.say(WHY, 6), 3),
    ]
    parts.append(heading(2, "Features and benefits"))
    for name, benefit in voice.chance.some(BENEFITS, 5):
        fact = voice.fill("{fact}")
        parts += [heading(3, voice.fill(name)), paragraphs([benefit, fact])]
    parts += [heading(2, "Specifications"), _table(voice)]
    parts += [heading(2, "How to get the most out of it"), paragraphs(voice.say(USE, 6), 3)]
    parts += [heading(2, "Who it is for"), listing([f"{sentence(p)}" for p in voice.domain.people])]
    parts += [
        heading(2, "Before you order"),
        paragraphs(["A few quick checks make sure that it fits:"]),
        listing(voice.items("check", 4), True),
    ]
    more = list(bank.SECTIONS[6].says + bank.SECTIONS[3].says)
    count = 6 if target >= 800 else 4
    closing = [heading(2, "Questions and answers")]
    for question, reply in voice.chance.some(voice.fitting(bank.QUESTIONS), count):
        closing += [heading(3, voice.fill(question)), paragraphs([voice.fill(reply)])]
    closing += [paragraphs(voice.say(bank.CLOSING, 3))]
    missing = target - word_count("".join([*parts, *closing]))
    if missing > 0:
        parts += [
            heading(2, "How to judge quality before you buy"),
            paragraphs(voice.say(more, min(14, 4 + missing // 16)), 4),
        ]
    return "\n".join([*parts, *closing])


def _table(voice: Voice) -> str:
    rows = [
        f"<tr><th>{escape(name)}</th><td>{escape(sentence(voice.fill(voice.chance.pick(values))), quote=False)}</td></tr>"
        for name, values in SPECIFICATIONS
    ]
    return "<table>\n<tbody>\n" + "\n".join(rows) + "\n</tbody>\n</table>"
