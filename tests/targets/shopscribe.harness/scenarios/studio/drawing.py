"""Pictures are paid when they are ordered; what did not come is given back, be it late or never."""

from __future__ import annotations

from scenarios.failing import DRAW, failing

from harness.core.action import step
from harness.core.scenario import AwaitCall, Fault, KillRole, Path, Ref, ReleaseCalls, Scenario, Settle
from scenarios.asks import a_day_later, alt_texts, beat_fires, close, close_now, draw
from scenarios.world import product, products, world

BUTTON, NIGHT = (Path.MANUAL,), (Path.SCHEDULED,)
SPOON, DRAWN = world(product("SPOON-1")), ("together/studio/picture",)
ONE = (draw(product=Ref("product1"), size="1024", count=1),)
THREE = (draw(product=Ref("product1"), size="512", count=3),)
HELD = (Fault(kind="hold", match=DRAW, calls=(1,)),)
FORGOTTEN = (step(draw.by[Path.MANUAL], product=Ref("product1"), size="1024", count=1), AwaitCall(), KillRole("worker"), step(a_day_later))  # fmt: skip
"""A worker dies over an order, and a day goes by."""

SCENARIOS = (
    Scenario(id="studio/picture", title="One large picture", given=SPOON, when=ONE, paths=BUTTON, tape=DRAWN),
    Scenario(id="studio/pictures_small", title="Three small pictures", given=SPOON, when=THREE, paths=BUTTON, tape=("together/studio/pictures_small",)),
    Scenario(id="studio/pictures_fewer", title="Three ordered and one came: two are given back", given=world(product("SPOON-1", name="Spoon for shy guests")), when=THREE, paths=BUTTON, tape=("together/studio/pictures_fewer",)),
    Scenario(id="studio/picture_no_credits", title="Eight cents are not enough for a large picture", given=world(product("SPOON-1"), cents=8), when=(draw(product=Ref("product1"), size="1024", count=1, expect=402),), paths=BUTTON),
    failing("studio/picture_401", "The key is refused: given back", SPOON, ONE, BUTTON, DRAWN, "http_401", DRAW),
    failing("studio/picture_refused", "The picture is against the rules: given back", SPOON, ONE, BUTTON, DRAWN, "content_policy", DRAW),
    failing("studio/picture_again", "The first two tries fail, the third is drawn: paid once", SPOON, ONE, BUTTON, DRAWN, "http_500", DRAW, calls=(1, 2)),
    failing("studio/picture_429", "Every try meets the rate limit: given back", SPOON, ONE, BUTTON, DRAWN, "http_429", DRAW, calls=()),
    failing("studio/picture_timeout", "The first try is never answered, the second is drawn", SPOON, ONE, BUTTON, DRAWN, "stall", DRAW),
    Scenario(id="studio/two_products", title="Two products in one cell, each order with its own price", given=world(*products(2)), when=(*ONE, draw(product=Ref("product2"), size="512", count=2)), paths=BUTTON, tape=("together/studio/two_products",)),
    Scenario(id="studio/drawn_and_told", title="A picture is drawn, and at night it gets its text", given=SPOON, when=(*ONE, Settle(), step(alt_texts.by[Path.SCHEDULED])), paths=BUTTON, tape=("together/studio/drawn_and_told", "openai/studio/drawn_and_told")),
    Scenario(id="studio/forgotten", title="The worker dies over a picture: its order is closed and given back, once", given=SPOON, when=(*FORGOTTEN, close(), Settle(), close()), paths=NIGHT, tape=DRAWN, faults=HELD),
    Scenario(id="studio/forgotten_by_beat", title="The same, and the real beat finds the order", given=SPOON, when=(*FORGOTTEN, beat_fires(entry="forgotten orders")), paths=NIGHT, tape=DRAWN, faults=HELD),
    Scenario(id="studio/picture_late", title="A picture comes after its order was closed", given=SPOON, when=(*ONE, AwaitCall(), step(close_now), ReleaseCalls()), paths=BUTTON, tape=DRAWN, faults=HELD),
)  # fmt: skip
