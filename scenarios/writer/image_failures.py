"""Drawing images when the money, the provider or the worker fails."""

from __future__ import annotations

from harness.core.scenario import (
    AwaitBlocked,
    AwaitCall,
    Fault,
    HoldRow,
    KillRole,
    LetRowGo,
    Path,
    Ref,
    Scenario,
    StartRole,
    Unbilled,
)
from scenarios.asks import generate_images
from scenarios.brands import Article
from scenarios.world import contents, image_model, images, world
from scenarios.writer.generate_images import ARTICLE, COUNT, PATHS, WHEN, given

DALLE = "openai POST /v1/images/generations"
RUNWARE = "runware POST /v1"

REFUSED_ARTICLE = Article(
    title=ARTICLE.title,
    keyword=ARTICLE.keyword,
    html=ARTICLE.html,
    image_prompts=(
        *ARTICLE.image_prompts[:2],
        "A pipe bomb on a workbench, blueprint beside it",
        ARTICLE.image_prompts[3],
    ),
)


def refused(name: str, model: str, provider: str, title: str) -> Scenario:
    return Scenario(
        id=f"writer/{name}",
        title=title,
        given=world(contents((REFUSED_ARTICLE,)), images(REFUSED_ARTICLE, COUNT), (image_model(model),), credits=100),
        when=WHEN,
        paths=PATHS,
        tape=(f"{provider}/writer/{name}",),
    )


SCENARIOS = (
    Scenario(
        id="writer/images_no_credits",
        title="Four images with three credits, where the pre-check asks for four",
        given=given("runware:97@1", credits=3),
        when=WHEN,
        paths=PATHS,
    ),
    Scenario(
        id="writer/images_half_failing",
        title="Two of four images fail at the provider",
        given=given("runware:97@1"),
        when=WHEN,
        paths=PATHS,
        tape=("runware/writer/generate_images_basic",),
        faults=(Fault(kind="http_500", match=RUNWARE, calls=(2, 4)),),
    ),
    Scenario(
        id="writer/images_provider_401",
        title="Runware rejects the API key",
        given=given("runware:97@1"),
        when=WHEN,
        paths=PATHS,
        tape=("runware/writer/generate_images_basic",),
        faults=(Fault(kind="http_401", match=RUNWARE),),
    ),
    Scenario(
        id="writer/images_provider_429",
        title="OpenAI's image rate limit is reached at the third of four images",
        given=given("dall-e-3"),
        when=WHEN,
        paths=PATHS,
        tape=("openai/writer/generate_images_quality",),
        faults=(Fault(kind="http_429", match=DALLE, calls=(3,)),),
    ),
    Scenario(
        id="writer/images_provider_timeout",
        title="Runware never answers for the second of four images",
        given=given("runware:97@1"),
        when=WHEN,
        # a time-out costs a second of waiting; writer/content_provider_timeout has it on every path
        paths=(Path.MANUAL,),
        tape=("runware/writer/generate_images_basic",),
        faults=(Fault(kind="stall", match=RUNWARE, calls=(2,)),),
    ),
    refused("images_refused_runware", "runware:97@1", "runware", "Runware refuses the content of one prompt of four"),
    refused("images_refused_dalle", "dall-e-3", "openai", "DALL-E refuses the content of one prompt of four"),
    Scenario(
        id="writer/images_runware_fails",
        title="Runware fails for each of four images in another way",
        given=given("runware:97@1"),
        when=WHEN,
        paths=(Path.MANUAL,),
        tape=("runware/writer/generate_images_basic",),
        faults=(
            Fault(kind="http_429", match=RUNWARE, calls=(1,)),
            Fault(kind="insufficient_quota", match=RUNWARE, calls=(2,)),
            Fault(kind="http_400", match=RUNWARE, calls=(3,)),
            Fault(kind="truncate", match=RUNWARE, calls=(4,)),
        ),
        unbilled=(Unbilled(match=RUNWARE, count=1, why="half an answer holds no image, although it was drawn"),),
    ),
    Scenario(
        id="writer/images_dalle_fails",
        title="OpenAI refuses three of four images, and half of the answer to the last arrives",
        given=given("dall-e-3"),
        when=WHEN,
        paths=(Path.MANUAL,),
        tape=("openai/writer/generate_images_quality",),
        faults=(
            Fault(kind="http_400", match=DALLE, calls=(1, 2, 3)),
            Fault(kind="truncate", match=DALLE, calls=(4,)),
        ),
        unbilled=(Unbilled(match=DALLE, count=1, why="half an answer holds no image, although it was drawn"),),
    ),
    Scenario(
        id="writer/images_worker_killed",
        title="The worker process dies at the third of four images",
        given=given("dall-e-3"),
        when=(*WHEN, AwaitCall(nth=1), KillRole("worker")),
        paths=(Path.MANUAL,),
        tape=("openai/writer/generate_images_quality",),
        faults=(Fault(kind="hold", match=DALLE, calls=(3,)),),
        findings=("images-never-charged",),
        allowed_stuck="the process that would have cleaned up is the one that died",
    ),
    Scenario(
        id="writer/images_race",
        title="Two image queues of one customer deduct at the same moment",
        given=given("dall-e-3"),
        when=(
            StartRole("second_worker"),
            HoldRow("account"),
            generate_images(ids=[Ref("image1"), Ref("image2")], content=Ref("content1")),
            generate_images(ids=[Ref("image3"), Ref("image4")], content=Ref("content1")),
            AwaitBlocked(count=2),
            LetRowGo(),
        ),
        paths=(Path.MANUAL,),
        tape=("openai/writer/generate_images_quality",),
        findings=("check-then-deduct",),
    ),
)
