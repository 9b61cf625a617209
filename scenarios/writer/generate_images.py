"""Four images of one article, by each of the plan's three models and by the default that does not exist."""

from __future__ import annotations

from collections.abc import Mapping

from harness.core.scenario import Given, Path, Ref, Scenario, Settle
from scenarios.asks import generate_images
from scenarios.world import TIDEWATER, contents, image_model, images, refs, world

ARTICLE = TIDEWATER.articles[0]
COUNT = 4
PATHS = (Path.MANUAL, Path.AUTOMATION, Path.SCHEDULED)
WHEN = (generate_images(ids=refs("image", COUNT), content=Ref("content1")),)


def given(model: str | None, credits: int = 100) -> Given:
    choice = (image_model(model),) if model else ()
    return world(contents((ARTICLE,)), images(ARTICLE, COUNT), choice, credits=credits)


def of(
    name: str, model: str | None, provider: str, title: str, row: str, findings: tuple[str, ...] = (),
    tape_from: Mapping[int, tuple[str, ...]] | None = None,
) -> Scenario:  # fmt: skip
    plan = {Path.MANUAL: (f"path1: {row}",), Path.AUTOMATION: ("path2: Run Stage 6 Only",)} if row else {}
    return Scenario(
        id=f"writer/{name}",
        title=title,
        given=given(model),
        when=WHEN,
        paths=PATHS,
        tape=(f"{provider}/writer/{name}",),
        plan=plan,
        findings=findings,
        tape_from=tape_from or {},
    )


SCENARIOS = (
    of(
        "generate_images_basic",
        "runware:97@1",
        "runware",
        "Four images by the basic Runware model",
        "Generate Images (Basic)",
    ),
    of("generate_images_quality", "dall-e-3", "openai", "Four images by DALL-E 3", "Generate Images (Quality)"),
    of(
        "generate_images_premium", "google:4@2", "runware", "Four images by Google's model", "Generate Images (Premium)"
    ),
    of(
        "generate_images_default",
        None,
        "runware",
        "Four images by the installation's default model",
        "",
        findings=("default-image-model-unknown",),
        # from phase 7 on the default comes from AIModelConfig, and it is the basic model
        tape_from={7: ("runware/writer/generate_images_basic",)},
    ),
    Scenario(
        id="writer/generate_images_one_by_one",
        title="The four DALL-E images in four requests",
        given=given("dall-e-3"),
        when=tuple(
            step
            for n in range(1, COUNT + 1)
            for step in (
                generate_images(ids=[Ref(f"image{n}")], content=Ref("content1")),
                Settle(),
            )
        ),
        paths=(Path.MANUAL,),
        tape=("openai/writer/generate_images_quality",),
        split_of="writer/generate_images_quality",
    ),
)
