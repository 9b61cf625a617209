"""The sentence bank: what sections of a good article say, with slots for the subject and the details of its field.

Slots: {t} the subject, {T} with a capital, {v} its "is" or "are", {k} another keyword's subject, {detail}, {tool},
{people}, {mistake}, {check}, {fact}. A {fact} is a whole sentence. Every use of a slot takes the next unused value.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """`headings` and `says` are patterns; `listing` names the slot that a list is made of, "" for none."""

    headings: tuple[str, ...]
    says: tuple[str, ...]
    listing: str = ""
    ordered: bool = False
    lead: str = ""


INTRO = (
    "{T} {v} one of those subjects that look simple until you have to decide.",
    "Most people who search for {t} want the same thing: a clear answer they can act on today.",
    "There is no shortage of advice about {t}, and much of it contradicts itself.",
    "A good decision about {t} starts with a handful of questions, and none of them is complicated.",
    "Ask {people} about {t} and you will hear one word again and again: {detail}.",
    "This guide collects what matters about {t}, in the order in which you will need it.",
    "You will find out what to look at first, what can wait, and which shortcuts cost more than they save.",
    "We wrote it for {people}, but the principles hold for everybody else.",
    "{fact} That is a good place to begin.",
    "The difference between a lucky choice and a reliable one usually lies in {detail}.",
)
SECTIONS = (
    Section(
        ("What matters most about {t}", "{T}: the basics worth knowing", "Start here: the essentials of {t}"),
        (
            "Before anything else, look at {detail}, because this limits every other choice.",
            "{fact} Details like {detail} deserve the same attention.",
            "With {t}, the visible features are easy to compare, while {detail} can be easy to overlook.",
            "If you remember only one thing about {t}, let it be this: suit the choice to the way you really live.",
            "Most {people} agree after a while that {detail} and {detail} decide whether the result lasts.",
            "It helps to separate what you need every day from what you need twice a year.",
            "Nothing here asks for special knowledge; it asks for ten quiet minutes and honest answers.",
            "Think of {detail} as the foundation and of everything else as furniture.",
        ),
        "detail",
        lead="Keep these points in view while you read on:",
    ),
    Section(
        ("How to choose {t}", "Choosing {t} without second thoughts", "A calm way to decide on {t}"),
        (
            "Start with the use, not with the offer: where, how often, and by whom.",
            "Two options that look alike on paper often differ in {detail}.",
            "When you compare {t}, put {detail} in the first column and the price in the last.",
            "{fact} Keep that in mind when an offer sounds too good.",
            "A sensible shortlist has three entries; with more, the comparison itself becomes the work.",
            "If two candidates remain, take the one that is easier to return.",
            "Good sellers answer a question about {detail} in one sentence, and weak ones change the subject.",
            "{people_cap} often do best with the middle option, chosen carefully, rather than with the most expensive one.",
        ),
        "check",
        ordered=True,
        lead="A short routine keeps the decision honest:",
    ),
    Section(
        ("Common mistakes and how to avoid them", "Where people go wrong with {t}", "Mistakes that cost the most"),
        (
            "Almost every disappointment with {t} goes back to a small number of habits.",
            "The most common one is {mistake}.",
            "It happens to {people} as often as to beginners, because it feels efficient at the time.",
            "{fact} Whoever knows this rarely makes the second mistake.",
            "Another is {mistake}, which looks harmless for a week and expensive after a year.",
            "None of these is a disaster on its own, but together they explain most bad reviews.",
            "The cure is dull and reliable: slow down at the one step where the error happens.",
            "If something already went wrong, change one thing at a time, so that you learn which one it was.",
        ),
        "mistake_cap",
        lead="Watch out for these in particular:",
    ),
    Section(
        ("What {t} should cost", "Budget: where to spend and where to save", "Is it worth the price?"),
        (
            "Prices for {t} vary for good reasons and for bad ones.",
            "A fair price reflects {detail} and {detail}; it does not reflect the size of the advertisement.",
            "Spend on what you touch or use every day, and save on what you can replace later.",
            "Work out the cost over two years, including what has to be renewed, before you call anything cheap.",
            "A slightly higher price at the beginning is often the cheaper choice in the end.",
            "Ask what is not included, because that is where budgets usually break.",
            "Seasonal offers are real, but they are also when the weaker stock is cleared.",
            "Set a ceiling before you look, and let a day pass before you go above it.",
        ),
    ),
    Section(
        ("Getting started, step by step", "A simple plan for the first month", "How to begin with {t}"),
        (
            "You do not need everything at once; you need {tool} and a clear first step.",
            "In the first week, change as little as possible and watch what happens.",
            "Write down what you notice about {detail}, because memory is kind to bad decisions.",
            "After two weeks the pattern is usually obvious, and the next step suggests itself.",
            "{people_cap} who keep a small record improve about twice as fast, simply because they repeat what worked.",
            "{fact} Plan around it and the rest becomes easy.",
            "Keep {tool} within reach: what is at hand gets used.",
            "By the end of the month you will know which advice about {t} applies to you.",
        ),
        "check",
        ordered=True,
        lead="The order matters more than the speed:",
    ),
    Section(
        ("Tools that make it easier", "What you need, and what you can skip", "Useful equipment for {t}"),
        (
            "Equipment is the part of {t} where it is easiest to spend too much.",
            "In practice {tool} and {tool} cover most situations.",
            "Buy the simple version first, and replace it once you know exactly what is missing.",
            "{people_cap} often own a drawer full of things they used once.",
            "Anything that improves {detail} pays for itself; anything that only looks professional does not.",
            "Borrow before you buy, if you can, and pay attention to what you reach for.",
            "{fact} Choose tools that respect it.",
        ),
        "tool",
        lead="A short list is enough for most people:",
    ),
    Section(
        ("How to tell good quality", "Signs of quality you can check yourself", "Judging {t} like an expert"),
        (
            "Quality in {t} is easier to recognise than to describe.",
            "Look at {detail} first: this is hard to fake and quick to check.",
            "Then ask about {detail}, and listen to how precise the answer is.",
            "{fact} Specialists rely on signs like this one every day.",
            "A clear label, a named origin and a real contact address are good company for one another.",
            "Be careful where every review is enthusiastic and none of them mentions {detail}.",
            "When you can, compare two examples side by side; the better one explains itself.",
            "What lasts is usually plain, well made and easy to repair.",
        ),
    ),
    Section(
        ("Looking after it in the long run", "Making the result last", "Care, upkeep and small habits"),
        (
            "What happens after the first month decides what {t} will really cost you.",
            "Ten minutes of attention on a fixed day beat an hour of rescue work.",
            "Put {detail} on the calendar; this is the first thing that slips.",
            "{fact} Small habits follow from it almost by themselves.",
            "Keep {tool} where you can see it, and you will use it.",
            "If you share the work with others, agree on who checks {detail}.",
            "Note when something was last renewed, and the next decision will take a minute.",
            "Good upkeep is quiet: you notice it only where it is missing.",
        ),
    ),
    Section(
        ("Who benefits most from {t}", "Is {t} right for you?", "Different needs, different answers"),
        (
            "{T} {v} not equally useful for everyone, and it is fair to say so.",
            "{people_cap} usually gain the most, because they think about {detail} every day.",
            "If your needs are occasional, a simpler answer may serve you better.",
            "For {people}, the deciding point is often {detail}.",
            "{fact} If that sounds like your situation, you are in the right place.",
            "Consider also who else is affected, and ask them before you decide.",
            "A choice that suits your routine will be used; one that fights it will not.",
        ),
    ),
)
KEYWORD_HEADINGS = ("{K}: what to look for", "A closer look at {k}", "How to think about {k}", "What to know about {k}")
KEYWORD_SAYS = (
    "Many readers arrive with a narrower question, and {k} {kv} a good example.",
    "The same principles apply to {k}, with one addition: give {detail} more weight.",
    "If {k} {kv} your main concern, begin with {detail} and work outwards.",
    "{fact} With {k}, this shows sooner than elsewhere.",
    "The label says little about {k}; what counts is the care that goes into {detail}.",
    "It is worth asking one extra question here: what would make you change your mind in six months?",
    "Readers who looked into {k} often say that they wish they had started earlier.",
    "Treat {k} as part of the larger picture of {t}, not as a separate project.",
)
QUESTIONS = (
    ("How do I know whether {t} {v} right for me?", "Start from your routine. If you think about {detail} at least once a week, the effort pays off; if not, a simpler answer will do."),
    ("What should I look at first?", "Look at {detail}. This is quick to check and tells you more than the description does."),
    ("How much should I plan to spend?", "Plan for the total, not for the first payment. Include {detail} and what has to be renewed within two years."),
    ("What is the most common mistake?", "It is {mistake}. It saves a few minutes at the start and costs far more later."),
    ("How long does it take to see a difference?", "Most people notice a change within two to four weeks, provided they change one thing at a time."),
    ("Do I need special equipment?", "Hardly. {tool_cap} and {tool} are enough to begin with."),
    ("Can I do this on my own?", "Yes, in most cases. Ask for help where safety, law or health is involved, or when the same problem returns twice."),
    ("What about {k}?", "The two overlap. The main difference lies in {detail}, so choose by what you need most often."),
    ("How often should I review my choice?", "Once after the first month and then twice a year. Put both dates on the calendar today."),
    ("Is the most expensive option the best one?", "Rarely. Beyond a certain point you pay for appearance. Compare {detail} before you decide."),
)  # fmt: skip
CLOSING = (
    "{T} {v} simpler than the amount of advice suggests, once the order of the questions is clear.",
    "Begin with {detail}, avoid {mistake}, and give yourself a month before you judge.",
    "If you take a single step today, let it be this one: {check}.",
    "Everything else can follow in your own time.",
    "Come back to this page when the next decision is due, and compare your notes with what you read here.",
    "A considered choice now is one you will not have to make again next year.",
    "When in doubt, choose what you can explain to a friend in two sentences.",
)
