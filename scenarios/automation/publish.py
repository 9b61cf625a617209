"""Stage 7 alone: an article with images goes to WordPress; and how publishing fails."""

from __future__ import annotations

from harness.core.scenario import Fault, Given, Path, Ref, Row, Scenario
from scenarios.asks import publish
from scenarios.world import TIDEWATER, contents, world

TAPE = ("wordpress/automation/publish",)
ROUTE = "wordpress POST /wp-json/wp/v2/posts"
WHEN = (publish(),)
ARTICLE = TIDEWATER.articles[0]


def given() -> Given:
    drawn = tuple(
        Row(
            kind="image",
            name=f"image{n}",
            values={
                "account_id": Ref("account"),
                "site_id": Ref("site"),
                "content_id": Ref("content1"),
                "image_type": "featured" if n == 1 else "in_article",
                "position": n - 1,
                "prompt": prompt,
                "image_url": f"https://im.runware.ai/image/ws/2/ii/cold-brew-{n}.webp",
                "model": "runware:97@1",
                "provider": "runware",
                "status": "generated",
            },
        )
        for n, prompt in enumerate(ARTICLE.image_prompts[:2], 1)
    )
    return world(contents((ARTICLE,), status="review"), drawn)


def failing(name: str, title: str, kind: str) -> Scenario:
    return Scenario(
        id=f"automation/{name}",
        title=title,
        given=given(),
        when=WHEN,
        paths=(Path.AUTOMATION,),
        tape=TAPE,
        faults=(Fault(kind=kind, match=ROUTE, calls=(1,)),),
    )


SCENARIOS = (
    Scenario(
        id="automation/publish",
        title="Publish one article to WordPress",
        given=given(),
        when=WHEN,
        paths=(Path.AUTOMATION,),
        tape=TAPE,
    ),
    failing("publish_wordpress_401", "WordPress rejects the application password", "http_401"),
    failing("publish_wordpress_500", "WordPress fails", "http_500"),
    failing("publish_wordpress_timeout", "WordPress never answers", "stall"),
    failing("publish_wordpress_cut", "The post is made, and WordPress's answer arrives in half", "truncate"),
)
