"""Descriptions are paid by their tokens once complete, alternative texts one by one, tags by ten products, campaigns by the teasers that came."""

from __future__ import annotations

from scenarios.failing import CHAT, failing

from harness.core.scenario import AwaitCall, Fault, Path, Ref, ReleaseCalls, Scenario
from scenarios.asks import alt_texts, beat_fires, campaign, describe, draw, tags
from scenarios.world import PRODUCTS, pictures, product, products, world

BUTTON, NIGHT, BY_HAND = (Path.MANUAL,), (Path.SCHEDULED,), (Path.DIRECT,)
EVERYWHERE, QUIET = (Path.MANUAL, Path.SCHEDULED, Path.DIRECT), (Path.SCHEDULED, Path.DIRECT)
SPOON, DESCRIBED = world(product("SPOON-1")), ("openai/studio/describe",)


def describing(refused: int | None = None, button: int | None = None):
    """On every path: only a command is told at once what went wrong, a stream has begun with 200."""
    asked = {"product": Ref("product1"), "sku": "spoon-1"}
    return (
        describe(**asked, expect=button, paths=BUTTON),
        describe(**asked, expect=refused, paths=BY_HAND),
        describe(paths=NIGHT),
    )


def launch(count: int, expect: int | None = None):
    return (campaign(products=[Ref(f"product{n}") for n in range(1, count + 1)], expect=expect),)


SEVEN, WRITTEN = world(*products(len(PRODUCTS))), ("openai/studio/campaign",)
TWO = world(*products(2))
TWO_PICTURES, SEEN = world(product("SPOON-1"), *pictures(2)), ("openai/studio/alt_texts",)
OAK, TAGGED = world(*products(3)), ("openai/studio/tags",)

SCENARIOS = (
    Scenario(id="studio/describe", title="One description", given=SPOON, when=describing(), paths=EVERYWHERE, tape=DESCRIBED),
    Scenario(id="studio/describe_no_credits", title="One cent is not enough for a description", given=world(product("SPOON-1"), cents=1), when=describing(402, 402), paths=EVERYWHERE),
    failing("studio/describe_cut_off", "The stream breaks off: nothing is paid", SPOON, describing(500), EVERYWHERE, DESCRIBED, "cut_sse"),
    Scenario(id="studio/describe_broken_off", title="The stream tells an error after a few words: nothing is paid", given=SPOON, when=describing(500), paths=EVERYWHERE, tape=("openai/by_hand/broken_off",)),
    failing("studio/describe_401", "The key is refused", SPOON, describing(500), EVERYWHERE, DESCRIBED, "http_401"),
    failing("studio/describe_429", "The rate limit: a description is not tried again", SPOON, describing(500), EVERYWHERE, DESCRIBED, "http_429"),
    failing("studio/describe_500", "The provider fails", SPOON, describing(500), EVERYWHERE, DESCRIBED, "http_500"),
    failing("studio/describe_timeout", "No answer within the patience of the client", SPOON, describing(), BUTTON, DESCRIBED, "stall"),
    Scenario(id="studio/alt_texts", title="Two pictures get their texts", given=TWO_PICTURES, when=(alt_texts(),), paths=QUIET, tape=SEEN),
    Scenario(id="studio/alt_texts_low", title="The second text cannot be paid and is not kept", given=world(product("SPOON-1"), *pictures(2), cents=1), when=(alt_texts(),), paths=QUIET, tape=SEEN),
    failing("studio/alt_texts_500", "The first fails, the second is written and paid", TWO_PICTURES, (alt_texts(),), QUIET, SEEN, "http_500"),
    Scenario(id="studio/describe_by_beat", title="The real beat finds a product without a text", given=SPOON, when=(beat_fires(entry="missing descriptions"),), paths=NIGHT, tape=DESCRIBED),
    Scenario(id="studio/tags", title="Tags for three products in one question", given=OAK, when=(tags(),), paths=BY_HAND, tape=TAGGED),
    Scenario(id="studio/tags_of_eleven", title="Eleven products are two started tens", given=world(*products(len(PRODUCTS)), *(product(f"CUP-{n}", n) for n in range(8, 12))), when=(tags(),), paths=BY_HAND, tape=("openai/studio/tags_of_eleven",)),
    Scenario(id="studio/tags_nonsense", title="Tags for something else are no tags", given=world(product("RIDDLE-1")), when=(tags(expect=500),), paths=BY_HAND, tape=("openai/studio/tags_nonsense",)),
    Scenario(id="studio/tags_no_credits", title="Four cents are not enough for tags", given=world(*products(3), cents=4), when=(tags(expect=402),), paths=BY_HAND),
    failing("studio/tags_401", "The key is refused", OAK, (tags(expect=500),), BY_HAND, TAGGED, "http_401"),
    Scenario(id="studio/campaign", title="Seven teasers: five at the first price, two at the further one", given=SEVEN, when=launch(7), paths=BUTTON, tape=WRITTEN),
    Scenario(id="studio/campaign_no_credits", title="37 cents are not enough for seven teasers", given=world(*products(7), cents=37), when=launch(7, 402), paths=BUTTON),
    failing("studio/campaign_400", "One product is refused: the other six are paid", SEVEN, launch(7), BUTTON, WRITTEN, "http_400"),
    failing("studio/campaign_429", "One is tried again after ten seconds and comes late", SEVEN, launch(7), BUTTON, WRITTEN, "http_429"),
    failing("studio/campaign_500", "Every try of both fails: nothing is paid", TWO, launch(2), BUTTON, (), "http_500", calls=()),
    Scenario(
        id="studio/campaign_spent",
        title="While teasers are written somebody orders a picture: what is left does not pay for them",
        given=world(*products(7), cents=45),
        when=(*launch(7), AwaitCall(), draw(product=Ref("product1"), size="1024", count=1), ReleaseCalls()),
        paths=BUTTON,
        tape=("openai/studio/campaign", "together/studio/picture"),
        faults=(Fault(kind="hold", match=CHAT, calls=(1,)),),
    ),
)  # fmt: skip
