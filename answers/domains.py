"""Domains: what people who know a field talk about, so that a text about coffee speaks of roast dates.

Each has nouns (`details`, `tools`), gerunds (`mistakes`), orders (`checks`), whole sentences (`facts`) and `scenes` for
photographs. The last one, GENERAL, fits anything that can be bought, learned or hired. Longer than 260 lines: they are data,
and a domain is found by reading down one list.
"""

from __future__ import annotations

from dataclasses import dataclass

from .topic import words_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    name: str
    words: frozenset[str]
    people: tuple[str, ...]
    details: tuple[str, ...]
    tools: tuple[str, ...]
    mistakes: tuple[str, ...]
    checks: tuple[str, ...]
    facts: tuple[str, ...]
    scenes: tuple[str, ...]


def domain_of(*texts: str) -> Domain:
    """The domain most of whose words stand in the texts; earlier texts weigh more."""
    score = dict.fromkeys(range(len(ALL)), 0)
    for weight, text in zip(range(len(texts), 0, -1), texts, strict=True):
        found = words_of(text)
        for at, domain in enumerate(ALL):
            score[at] += weight * sum(word in domain.words or word.rstrip("s") in domain.words for word in found)
    best = max(score, key=lambda at: (score[at], -at))
    return ALL[best] if score[best] else GENERAL


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().splitlines())


def _domain(
    name: str, words: str, people: str, details: str, tools: str, mistakes: str, checks: str, facts: str, scenes: str
) -> Domain:
    return Domain(
        name=name,
        words=frozenset(words.split()),
        people=tuple(people.split(" / ")),
        details=tuple(details.split(" / ")),
        tools=tuple(tools.split(" / ")),
        mistakes=tuple(mistakes.split(" / ")),
        checks=tuple(checks.split(" / ")),
        facts=_lines(facts),
        scenes=tuple(scenes.split(" / ")),
    )


GENERAL = _domain(
    "general",
    "",
    "first-time buyers / small teams / careful planners / people with little spare time",
    "total cost over a year / build quality / support after the sale / delivery time / warranty terms / ease of use / fit with what you already have / return policy",
    "a short checklist / a simple spreadsheet / a calendar reminder / a written quote / a notebook",
    "deciding on price alone / skipping the small print / copying a choice that suited somebody else / buying more than the job needs / leaving no time to compare",
    "write down what the result has to do / ask two people who have done it before / compare three offers line by line / set a ceiling for the total cost / plan the first review after four weeks",
    """A short list of needs, written before looking at offers, prevents most regrets.
    Independent reviews are most useful when they describe a situation like yours.
    The cheapest offer and the lowest total cost are rarely the same thing.
    A trial period is worth more than a long list of features.
    What is easy to maintain tends to stay in use.""",
    "a tidy wooden desk by a bright window / two people comparing notes at a table / hands writing a checklist on paper / a calm, well-lit workspace / neatly arranged samples on a plain background",
)
ALL = (
    _domain(
        "camping",
        "camping tent stove sleeping bag backpack camp outdoor waterproof hammock trekking footprint campsite",
        "weekend campers / families with a car full of gear / long-distance walkers / people who camp in every season",
        "packed weight / water column / temperature rating / pole strength / condensation / packed size / footprint / ease of pitching",
        "a groundsheet / spare guy lines / seam sealer / a repair patch / a dry bag",
        "packing a tent away wet / trusting the temperature on the label / pitching in a hollow / cooking inside the inner tent / leaving the first test for the first trip",
        "pitch it once in the garden before you leave / look along every seam against the light / check the weather for the night, not for the day / air everything for a day after the trip / weigh the pack with water in it",
        """Moisture inside a tent is more often breath than rain.
        A sleeping mat decides how warm a sleeping bag can be.
        Coatings age fastest when fabric is stored damp.
        The comfort limit on a label says more than the lower one.
        A footprint that sticks out collects the rain it should keep off.""",
        "a small tent beside a mountain lake at dawn / hands sealing a seam on canvas / a gas stove with a steaming pot on flat stone / gear laid out on a wooden floor / a lantern glowing inside a tent at dusk",
    ),
    _domain(
        "physiotherapy",
        "physiotherapy physio pain knee neck elbow shoulder stretch exercise massage rehab injury posture tendon muscle sports therapist runner's",
        "office workers / recreational runners / people coming back from surgery / anyone with a stiff neck",
        "range of movement / load per week / sleep / sitting time / exercise form / number of repetitions / recovery time / early warning signs",
        "a resistance band / a foam roller / a chair at the right height / a timer / a short exercise log",
        "stretching into sharp pain / resting for weeks without a plan / doing every exercise once and none of them regularly / returning to full training on the first good day / ignoring pain that wakes you at night",
        "rate the pain from zero to ten before and after / stand up once every half hour / start with half the repetitions / film one set and look at it / see a professional when numbness or weakness appears",
        """Tissue adapts to load over weeks, not over days.
        A short daily routine works better than a long weekly one.
        Mild discomfort during an exercise is acceptable; sharp pain is not.
        Most tendon problems want less load for a while, not none.
        Movement breaks matter more than the perfect chair.""",
        "a therapist guiding a shoulder movement in a bright room / a person stretching beside a desk / a foam roller on a wooden floor / hands fixing a resistance band / a quiet treatment room with a window",
    ),
    _domain(
        "coffee",
        "coffee espresso bean roast roaster barista brew brewing arabica grinder latte cappuccino caffeine decaf",
        "home baristas / office coffee drinkers / people who brew one careful cup a day / hosts who serve coffee after dinner",
        "roast date / origin and altitude / processing method / grind size / water temperature / brew ratio / certification on the bag / tasting notes",
        "a burr grinder / a digital scale / a gooseneck kettle / an airtight canister / a paper filter",
        "grinding a whole week's supply at once / storing beans in the fridge / pouring boiling water straight onto the grounds / trusting the best-before date instead of the roast date / changing three variables at the same time",
        "look for a roast date within the last four weeks / smell the bag before you pay for it / weigh the beans instead of counting scoops / keep the canister away from heat and light / note the grind setting that worked",
        """Coffee loses much of its aroma within half an hour of being ground.
        Most filter recipes start near sixty grams of coffee to a litre of water.
        Beans grown at altitude ripen slowly, and taste brighter for it.
        Water just off the boil, around ninety-four degrees, suits most roasts.
        A darker roast hides faults that a lighter roast would show.
        Organic certification covers how the plant was grown, not how carefully it was roasted.""",
        "freshly roasted beans spilling from a linen sack / steam rising from a ceramic cup on a wooden counter / a gooseneck kettle pouring over a paper filter / a roaster checking beans in a cooling tray / hands turning a steel burr grinder",
    ),
    _domain(
        "running",
        "running runner marathon jogging trail shoe sneaker cushioning pronation race 5k 10k",
        "new runners / marathon trainees / trail runners / people coming back from an injury",
        "heel drop / midsole foam / toe box width / outsole grip / weekly mileage / weight of the shoe / upper breathability / rotation between pairs",
        "a training log / a foam roller / a GPS watch / thin wool socks / a second pair for wet days",
        "increasing mileage by a third in one week / buying the size you wear at work / racing in a pair that is two days old / keeping shoes long after the foam went flat / ignoring a sore shin",
        "try shoes on in the afternoon, when feet are larger / leave a thumb's width in front of the big toe / jog for five minutes before deciding / compare wear on both heels / write the first date of use inside the tongue",
        """Most daily trainers lose their spring somewhere between five and eight hundred kilometres.
        Feet swell on long runs, so half a size more is often right.
        Soft ground asks for deeper lugs, hard ground for more foam.
        Easy days make up most of a sound training week.
        A lighter shoe feels faster and usually wears out sooner.""",
        "a runner tying laces on a park bench at sunrise / worn trail shoes on wet rock / a quiet forest path with morning mist / close view of a shoe sole mid-stride / two friends jogging beside a river",
    ),
    _domain(
        "garden",
        "garden gardening plant soil compost seed tomato lawn flower raised bed vegetable pruning herb greenhouse mulch",
        "balcony gardeners / new homeowners / weekend growers / people with heavy clay soil",
        "soil structure / drainage / hours of direct sun / frost dates / spacing between plants / watering rhythm / mulch depth / variety",
        "a hand fork / a soil thermometer / a watering can with a fine rose / bamboo canes / a compost bin",
        "watering a little every day instead of deeply twice a week / planting before the last frost / burying the crown / feeding dry soil / crowding seedlings because they look small",
        "dig a spade's depth and look at the roots / watch the bed for one sunny day / mix in a bucket of compost for each square metre / label every row / water early in the morning",
        """A handful of good soil holds together when squeezed and falls apart when touched.
        Five centimetres of mulch halves the need for watering in a dry week.
        Roots follow water, so deep watering makes sturdy plants.
        Most vegetables want six hours of direct sun.
        Compost improves sand and clay alike, for opposite reasons.""",
        "raised beds with young lettuce in low evening sun / hands pressing soil around a seedling / ripe tomatoes on the vine after rain / a wooden bench with terracotta pots / a watering can in a quiet greenhouse",
    ),
    _domain(
        "skincare",
        "skin skincare serum cream moisturizer moisturiser sunscreen acne retinol face cleanser vitamin cosmetic beauty",
        "people with sensitive skin / beginners who want a short routine / busy parents / anyone with dry winter skin",
        "ingredient order / concentration / fragrance / texture / pH / packaging that keeps air out / patch test / time of day",
        "a gentle cleanser / a soft towel / a broad-spectrum sunscreen / a small notebook / a pump bottle",
        "starting three new products in one week / scrubbing until the skin feels tight / skipping sunscreen on cloudy days / layering acids on the same evening / judging a product after two days",
        "test a drop behind the ear for two evenings / read the first five ingredients / add one product at a time / wait four weeks before judging / apply the thinnest texture first",
        """Ingredients are listed from most to least down to one per cent.
        A full cycle of skin renewal takes about four weeks.
        Sunscreen does more against early lines than any night cream.
        Airless pumps keep sensitive ingredients active for longer.
        Tight skin after washing means that the cleanser was too strong.""",
        "glass bottles on pale stone in soft daylight / hands pressing cream into a wrist / a folded towel beside a ceramic basin / drops of serum on a glass slide / fresh aloe leaves on linen",
    ),
    _domain(
        "dental",
        "dental dentist tooth teeth implant whitening crown orthodontic braces gum oral invisalign hygienist",
        "nervous patients / families with children / people who have put off a check-up / adults who think about straighter teeth",
        "number of visits / healing time / written treatment plan / sedation options / aftercare / what the insurance covers / materials / X-ray images",
        "a soft toothbrush / interdental brushes / a mouth guard / a written estimate / a follow-up appointment",
        "waiting until it hurts / brushing straight after acidic drinks / comparing only the price of the first visit / skipping the follow-up / hiding a fear that the team could help with",
        "ask for the plan and the total in writing / tell the team about medicines you take / ask who to call at the weekend / check what your insurance pays / book the follow-up before you leave",
        """Most problems that are found at a check-up have not hurt yet.
        An implant needs several months to heal firmly into the bone.
        Whitening changes natural teeth, not crowns or fillings.
        Two minutes with a soft brush beat one minute with a hard one.
        Gums that bleed are asking for more care, not for less brushing.""",
        "a bright treatment room with a large window / a dentist explaining an image on a screen / a smiling patient in a waiting room / neat instruments on a blue cloth / a child holding a toothbrush",
    ),
    _domain(
        "home",
        "plumber plumbing plumbers roof roofing heating boiler electrician hvac drain leak repair renovation contractor kitchen bathroom pipe water heater",
        "homeowners / landlords / tenants who need help today / people planning a renovation",
        "call-out fee / response time / written quote / parts warranty / water pressure / age of the installation / access to the pipes / insurance cover",
        "a torch / the main shut-off valve / photographs of the problem / a bucket and towels / the manual of the appliance",
        "pouring chemicals into a blocked drain twice / hiring without a written quote / hiding a leak behind fresh paint / ignoring a slow drop in pressure / tightening a joint until it cracks",
        "find the main shut-off before you need it / photograph the problem from two sides / ask for the hourly rate and the minimum charge / check that the firm is insured / keep the invoice with the warranty",
        """A tap that drips once a second wastes thousands of litres in a year.
        Most emergencies get smaller as soon as the main valve is closed.
        Limescale makes a heater work longer for the same warm water.
        A quote that names the parts is easier to compare.
        Small repairs in autumn prevent most calls in winter.""",
        "a plumber kneeling beside an open sink cabinet / copper pipes on a workbench / a tidy service van in a quiet street / hands tightening a brass valve / a modern bathroom in morning light",
    ),
    _domain(
        "pets",
        "dog puppy cat kitten pet leash collar vet veterinary aquarium litter treat grooming breed",
        "new dog owners / families with children / people with an older cat / owners of active breeds",
        "age and weight / ingredient list / chewing habits / size of the breed / daily exercise / coat type / noise level / ease of cleaning",
        "a clicker / a slow feeder / a soft brush / a washable blanket / a fitted harness",
        "changing food from one day to the next / rewarding too late / guessing the collar size / leaving toys out all day / skipping the yearly check",
        "measure chest and neck with a soft tape / mix old and new food for a week / introduce new things when the house is quiet / check paws after each walk / ask the vet about portions",
        """A treat that comes within two seconds teaches; one that comes later only feeds.
        Most dogs need a week to trust a new harness.
        Cats drink more when the bowl stands away from the food.
        Portions on the bag are a starting point, not a rule.
        Ten minutes of searching tires a dog as much as a long walk.""",
        "a terrier waiting beside a front door / a cat asleep on a sunny windowsill / a hand offering a treat in a park / a harness and lead on a wooden hook / a puppy on a washable blanket",
    ),
    _domain(
        "travel",
        "travel trip hotel flight itinerary beach city tour vacation holiday backpacking visa luggage destination hiking hostel",
        "first-time visitors / families / solo travellers / couples with one free week",
        "season / distance between stops / local transport / cancellation terms / luggage limits / opening days / neighbourhood / total budget per day",
        "an offline map / a light daypack / a copy of the passport / a refillable bottle / a power adapter",
        "planning a different town for every night / arriving on a public holiday / changing all the money at the airport / booking without free cancellation / packing for every possible weather",
        "mark three places you would regret missing / check the opening days of museums / leave one afternoon free / compare the train with the flight from door to door / save addresses offline",
        """Two nights in a place cost little more than one and show far more of it.
        The week before and after the high season often has the same weather.
        Local buses tell more about a city than any viewpoint.
        A late lunch is the cheapest good meal in many countries.
        Half of what is packed is usually not worn.""",
        "a narrow street with laundry and late sun / a train window with hills passing by / a map and coffee on a cafe table / a quiet harbour at dawn / walkers on a coastal path",
    ),
    _domain(
        "finance",
        "accounting bookkeeping tax invoice loan mortgage credit budget insurance investment savings payroll finance retirement bank",
        "freelancers / small business owners / first-time buyers / families who plan ahead",
        "fees / interest over the full term / notice period / deductible expenses / filing dates / proof of income / cash flow / early repayment terms",
        "a separate account / a monthly calendar entry / scanned receipts / an amortisation table / a simple forecast",
        "mixing private and business spending / comparing monthly rates instead of totals / leaving receipts for December / signing before reading the exit terms / planning without a reserve",
        "list fixed costs before anything else / compare the total over the full term / set aside tax on the day you are paid / file receipts every Friday / ask what leaving early would cost",
        """A small fee each month can outweigh a better rate.
        Three months of fixed costs make a reserve that lets you decide calmly.
        The total paid over the term is the only fair comparison.
        Records kept weekly take minutes; kept yearly, they take days.
        Most deadlines are known a year before they hurt.""",
        "a desk with a calculator and neatly stacked receipts / two people reviewing a document / a laptop with charts in a bright office / a notebook with a handwritten budget / a small shop owner at the counter",
    ),
    _domain(
        "software",
        "software app seo crm website hosting marketing keyword analytics automation ecommerce wordpress saas cloud email backlink security",
        "small marketing teams / agency owners / solo founders / editors with many pages",
        "setup time / integrations / export options / permissions / reporting / page speed / price per seat / support hours",
        "a test account / a tracking sheet / a staging site / a shared glossary / a monthly report",
        "choosing by the number of features / moving everything in one night / measuring traffic but not enquiries / giving everybody administrator rights / leaving old pages to compete with new ones",
        "write down the three tasks it must do every week / export your data once before you rely on it / try it with real content / agree on one number that counts / review access rights each quarter",
        """A tool that the team opens every day beats a better one that nobody opens.
        Search engines reward the page that answers the question first.
        Data that cannot be exported belongs to somebody else.
        Most slow pages are slow because of a few large files.
        Two pages about one keyword weaken each other.""",
        "a laptop with a dashboard on a bright desk / two colleagues at a whiteboard / sticky notes arranged in columns / hands typing beside a coffee cup / a small team in a sunny meeting room",
    ),
    _domain(
        "furniture",
        "furniture desk chair sofa table mattress bed wood oak lamp shelf office ergonomic standing decor rug interior",
        "people who work from home / families in small flats / first-time renters / anyone with an aching back",
        "seat height / depth and width / joinery / surface finish / load limit / assembly time / cable routing / fabric that can be washed",
        "a tape measure / masking tape on the floor / a spirit level / felt pads / an Allen key",
        "measuring the room but not the door / buying by photograph / forgetting the height of the skirting board / choosing a fabric that cannot be cleaned / placing a screen opposite the window",
        "tape the outline on the floor and live with it for a day / measure the stairs as well as the room / sit for ten minutes, not ten seconds / ask which parts can be replaced / check the load limit of the feet",
        """Elbows at a right angle and a screen at eye level prevent most neck pain.
        Solid wood moves with the seasons, so good joints leave room.
        Thirty centimetres make the difference between a passage and an obstacle.
        Washable covers outlive fixed ones in any home with children.
        Warm light in the evening makes a small room feel larger.""",
        "an oak desk beside a tall window / a reading chair under a warm lamp / close view of a dovetail joint / a small living room in soft light / a tidy home office with plants",
    ),
    _domain(
        "food",
        "recipe cooking kitchen bread baking olive oil vegan meal protein chocolate tea wine cheese honey organic food snack spice pasta",
        "home cooks / busy families / hobby bakers / people who eat less meat",
        "harvest date / origin / salt content / ripeness / oven temperature / resting time / storage / portion size",
        "a sharp knife / a heavy pan / a kitchen scale / a thermometer / airtight jars",
        "crowding the pan / salting only at the end / opening the oven every few minutes / storing oil beside the stove / cutting meat before it has rested",
        "taste before you add salt / read the recipe to the end / weigh flour instead of scooping it / let the pan get hot first / write the date on every jar",
        """A dry surface browns; a wet one steams.
        Light and warmth spoil oil faster than age does.
        Dough that rests overnight needs less work and tastes of more.
        Acid at the end wakes up a flat sauce.
        A scale makes the second attempt as good as the first.""",
        "a rustic loaf on a floured board / olive oil poured over warm vegetables / herbs and spices in small bowls / hands kneading dough / a family table set for lunch",
    ),
    _domain(
        "cycling",
        "bike bicycle cycling ebike mountain road helmet commute gravel pedal tire tyre cargo",
        "daily commuters / weekend riders / parents with a child seat / riders who return after years",
        "frame size / tyre width / gear range / battery capacity / brake type / weight / service interval / lock quality",
        "a floor pump / a torque wrench / a chain gauge / a bright rear light / a folding lock",
        "riding with soft tyres / cleaning the chain with a pressure washer / buying a frame that is one size too large / charging the battery to the brim every night / locking only the wheel",
        "check tyre pressure once a week / ride a hill before you buy / ask what a yearly service costs / set the saddle before anything else / write down the frame number",
        """Wider tyres at lower pressure are often faster on rough roads.
        A worn chain ruins a cassette that costs five times as much.
        Batteries last longest between a fifth and four fifths of their charge.
        Good brakes weigh little and decide a lot.
        A well-fitted bike disappears under its rider.""",
        "a commuter crossing a bridge at dawn / a bicycle leaning against a brick wall / hands checking a chain / a gravel road between fields / a cargo bike outside a bakery",
    ),
    GENERAL,
)  # fmt: skip
