"""Translation, polish, glossary and digest are taken when ordered and given back when they fail; a summary is taken afterwards."""

from __future__ import annotations

from scenarios.failing import CHAT, DEEPL, failing

from harness.core.action import step
from harness.core.scenario import Path, Ref, Scenario, Settle, Unbilled
from scenarios.asks import digest, glossary, last_try, polish, summarise, translate
from scenarios.world import BYSTANDER, club, world

BUTTON, NIGHT = (Path.MANUAL,), (Path.SCHEDULED, Path.DIRECT)
GIVEN = world()
TEXT = "We launch the eight at six."
TRANSLATE, SUMMARISE, POLISH, GLOSSARY, DIGEST = (translate(text=TEXT),), (summarise(),), (polish(),), (glossary(),), (digest(),)  # fmt: skip
OPERATIONS = (
    ("translation", TRANSLATE, BUTTON, "deepl"),
    ("summary", SUMMARISE, BUTTON, "openai"),
    ("polish", POLISH, BUTTON, "openai"),
    ("glossary", GLOSSARY, BUTTON, "openai"),
    ("digest", DIGEST, NIGHT, "openai"),
)
POOR = {"translation": 402, "summary": 402, "polish": 402, "glossary": 402, "digest": None}
ASKS = {"translation": translate, "summary": summarise, "polish": polish, "glossary": glossary, "digest": digest}

SCENARIOS = (
    *(
        Scenario(id=f"desk/{name}", title=f"One {name}", given=GIVEN, when=when, paths=paths, tape=(f"{engine}/desk/{name}",),
                 findings=("summary-debt",) if name == "summary" else ())
        for name, when, paths, engine in OPERATIONS
    ),
    *(
        Scenario(
            id=f"desk/{name}_no_credits",
            title=f"No credit at all for a {name}",
            given=world(credits="0.0000"),
            when=(ASKS[name](expect=POOR[name], **({"text": TEXT} if name == "translation" else {})),),
            paths=paths,
        )
        for name, when, paths, engine in OPERATIONS
    ),
    *(
        failing(f"desk/{name}_401", f"The engine refuses the key: a {name} is given back", GIVEN, when, paths, f"{engine}/desk/{name}", "http_401", DEEPL if engine == "deepl" else CHAT)
        for name, when, paths, engine in OPERATIONS
        if name in ("translation", "summary", "polish")
    ),
    Scenario(
        id="desk/translation_remembered",
        title="The same text again: the second comes from memory and is free",
        given=GIVEN,
        when=(*TRANSLATE, Settle(), *TRANSLATE),
        paths=BUTTON,
        tape=("deepl/desk/translation",),
    ),
    Scenario(
        id="desk/summary_cut_off",
        title="A summary that is cut off is not sold",
        given=GIVEN,
        when=SUMMARISE,
        paths=BUTTON,
        tape=("openai/desk/summary_cut_off",),
        unbilled=(Unbilled(match=CHAT, count=1, why="half a summary is none"),),
    ),
    Scenario(
        id="desk/polish_cut_off",
        title="A polished text that is cut off is given back",
        given=GIVEN,
        when=POLISH,
        paths=BUTTON,
        tape=("openai/desk/polish_cut_off",),
        unbilled=(Unbilled(match=CHAT, count=1, why="half a text is none"),),
    ),
    failing("desk/polish_429", "The rate limit at the last try: given back", GIVEN, (step(last_try),), (Path.DIRECT,), "openai/desk/polish", "http_429"),
    failing("desk/polish_500", "The engine fails at the last try: given back", GIVEN, (step(last_try),), (Path.DIRECT,), "openai/desk/polish", "http_500"),
    Scenario(
        id="desk/summary_debt",
        title="A summary that costs more than there is leaves a debt",
        given=world(credits="0.1500"),
        when=SUMMARISE,
        paths=BUTTON,
        tape=("openai/desk/summary",),
        findings=("summary-debt",),
    ),
    Scenario(
        id="desk/glossary_of_two",
        title="One person, two workspaces: that of the transcript pays",
        given=world(*club("Old Boys", prefix="older-", owner="owner", opened="2025-03-02T08:00:00Z")),
        when=(glossary(workspace=Ref("workspace")),),
        paths=BUTTON,
        tape=("openai/desk/glossary",),
    ),
    Scenario(
        id="desk/glossary_foreign",
        title="The transcript of another workspace is not there",
        given=GIVEN,
        when=(glossary(talk=Ref(f"{BYSTANDER}talk"), expect=404),),
        paths=BUTTON,
    ),
)  # fmt: skip
