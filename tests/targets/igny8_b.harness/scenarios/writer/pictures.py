"""An article gets image prompts (at most 100 tokens a credit, one at least), and the prompts become images."""

from __future__ import annotations

from scenarios.failing import EVERYWHERE, failing

from harness.core.scenario import Path, Ref, Row, Scenario, Settle
from scenarios.asks import draw, extract_prompts
from scenarios.world import PROMPTS, chosen, contents, images, refs, world

RUNWARE, DALLE = "runware POST /v1", "openai POST /v1/images/generations"
COUNT = len(PROMPTS)
PROMPTS_TAPE = "openai/writer/image_prompts"
ARTICLE = world(contents())
ASK = (extract_prompts(ids=refs("content", 1)),)
DRAW = (draw(ids=refs("image", COUNT), content=Ref("content1")),)
BATCH = ("images-charged-per-batch",)
REFUSED = (PROMPTS[0], "A pipe bomb on a workbench, blueprint beside it", PROMPTS[2])


def drawn(name: str, title: str, tape: str, *choice: Row, findings: tuple[str, ...] = BATCH) -> Scenario:
    return Scenario(
        id=f"writer/{name}",
        title=title,
        given=world(contents(), images(COUNT), choice),
        when=DRAW,
        paths=EVERYWHERE,
        tape=(f"{tape}/writer/{name}",),
        findings=findings,
    )


def model(provider: str, name: str) -> Row:
    return chosen("image_generation", provider=provider, model=name)


SCENARIOS = (
    Scenario(id="writer/image_prompts", title="Prompts of one article", given=ARTICLE, when=ASK, paths=EVERYWHERE, tape=(PROMPTS_TAPE,)),
    Scenario(id="writer/image_prompts_no_credits", title="No credit at all", given=world(contents(), credits=0), when=ASK, paths=(Path.MANUAL,)),
    failing("writer/image_prompts_401", "The provider refuses the key", ARTICLE, ASK, EVERYWHERE, PROMPTS_TAPE, "http_401"),
    drawn("images", "Three images by the installation's default model", "runware", findings=(*BATCH, "default-image-cost")),
    drawn("images_basic", "Three images by Runware's basic model", "runware", model("runware", "runware:97@1")),
    drawn("images_premium", "Three images by Google's model at Runware", "runware", model("runware", "google:4@2")),
    drawn("images_dalle", "Three images by DALL-E 3", "openai", model("openai", "dall-e-3")),
    Scenario(
        id="writer/images_one_by_one",
        title="The three DALL-E images in three requests",
        given=world(contents(), images(COUNT), (model("openai", "dall-e-3"),)),
        when=tuple(step for one in refs("image", COUNT) for step in (draw(ids=[one], content=Ref("content1")), Settle())),
        paths=(Path.MANUAL,),
        tape=("openai/writer/images_dalle",),
    ),
    Scenario(
        id="writer/images_no_credits",
        title="Four credits, where five are the least",
        given=world(contents(), images(COUNT), (model("openai", "dall-e-3"),), credits=4),
        when=DRAW,
        paths=EVERYWHERE,
        tape=("openai/writer/images_dalle",),
        findings=("images-unpaid",),
    ),
    Scenario(
        id="writer/images_refused",
        title="One of three prompts is refused",
        given=world(contents(), images(COUNT, REFUSED), (model("openai", "dall-e-3"),)),
        when=DRAW,
        paths=EVERYWHERE,
        tape=("openai/writer/images_refused",),
        findings=BATCH,
    ),
    failing("writer/images_401", "The provider refuses the key of one image", world(contents(), images(1)), (draw(ids=refs("image", 1), content=Ref("content1")),), EVERYWHERE, "runware/writer/images", "http_401", RUNWARE),
    failing("writer/images_500", "The provider fails for one image", world(contents(), images(1)), (draw(ids=refs("image", 1), content=Ref("content1")),), EVERYWHERE, "runware/writer/images", "http_500", RUNWARE),
)  # fmt: skip
