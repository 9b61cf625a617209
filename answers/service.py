"""Service pages: the problem, the process step by step, what is included, prices, proof, questions, a call to action."""

from __future__ import annotations

from . import bank
from .compose import Voice, heading, listing, paragraphs, word_count

PROBLEM = (
    "When you need {t}, you rarely have time for a long comparison.",
    "You want somebody who arrives as agreed, explains what is going on, and names the price before the work begins.",
    "That is how we work, whether the job takes an hour or a season.",
    "Many of our clients come to us after {mistake}, and are surprised how quickly it can be put right.",
    "We work for {people}, and we keep the process short enough to fit into a working day.",
    "The first conversation is free and usually takes less than ten minutes.",
)
STEPS = (
    (
        "First conversation",
        "You describe the situation in your own words. We ask about {detail} and tell you honestly whether we can help.",
    ),
    ("Assessment", "We look at {detail} on site or by video, and note what is urgent and what can wait."),
    (
        "Written offer",
        "You receive a fixed offer that names every item, including {detail}. Nothing starts before you agree.",
    ),
    (
        "The work itself",
        "One person stays responsible from beginning to end, brings {tool}, and leaves the place as it was.",
    ),
    ("Handover", "We go through the result together, explain what to look after, and leave the documents with you."),
    ("Follow-up", "After four weeks we ask whether everything still works as it should, and put it right if not."),
)
INCLUDED = (
    "A fixed offer in writing before the work begins",
    "One contact person from the first call to the last",
    "Travel within the service area",
    "All standard materials, with their warranty papers",
    "A short report with photographs",
    "A follow-up call after four weeks",
    "Help with documents for your insurance or landlord",
    "Cleaning up when the work is done",
)
PRICING = (
    "The price of {t} depends mainly on {detail} and on how easily the work can be reached.",
    "Small jobs are charged at a flat rate that we name on the phone.",
    "Larger ones get a fixed offer, and the offer is what you pay.",
    "There is no surcharge for questions, and a second visit for the same fault is free.",
    "An early call is usually the less expensive one.",
    "If a cheaper way exists that serves you as well, we say so.",
)
PROOF = (
    "Most new clients come because somebody recommended us.",
    "What they mention most often is that we keep appointments and explain the bill.",
    "Our team is insured, trained every year, and small enough that you will meet the same people again.",
    "{people_cap} value that we treat {detail} as part of the job and not as an extra.",
    "We are glad to name references for work like yours.",
)
CALL = (
    "Tell us in two sentences what you need, and we will answer on the same working day.",
    "If it is urgent, call; if it can wait, write, and add a photograph if you have one.",
    "Either way you will know the next step and the likely cost before you decide.",
)


def html(voice: Voice, target: int) -> str:
    noun = voice.topic.noun
    parts = [paragraphs(voice.say(PROBLEM, 6), 3), heading(2, f"How our {noun.removesuffix(' service')} service works")]
    for number, (name, text) in enumerate(STEPS, 1):
        parts += [heading(3, f"Step {number}: {name.lower()}"), paragraphs([voice.fill(text)])]
    parts += [heading(2, "What is included"), listing(voice.chance.some(INCLUDED, 6))]
    parts += [heading(2, "Prices without surprises"), paragraphs(voice.say(PRICING, 6), 3)]
    parts += [heading(2, "What you can do before we arrive"), listing(voice.items("check", 4), True)]
    closing = [
        heading(2, "Why clients stay with us"),
        paragraphs(voice.say(PROOF, 5), 3),
        heading(2, "Frequently asked questions"),
    ]
    for question, reply in voice.chance.some(voice.fitting(bank.QUESTIONS), 5 if target > 850 else 4):
        closing += [heading(3, voice.fill(question)), paragraphs([voice.fill(reply)])]
    closing += [heading(2, "Talk to us"), paragraphs(voice.say(CALL, 3))]
    extra = [bank.SECTIONS[2], bank.SECTIONS[6], bank.SECTIONS[8], bank.SECTIONS[7]]
    while extra and word_count("".join([*parts, *closing])) < target - 60:
        section = extra.pop(0)
        parts += [
            heading(2, voice.fill(voice.chance.pick(section.headings))),
            paragraphs(voice.say(section.says, 7), 4),
        ]
    return "\n".join([*parts, *closing])
