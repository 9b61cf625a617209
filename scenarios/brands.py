"""Three believable businesses: what they sell, what their readers search for, and texts that they already have."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A written text with the prompts of its images: the featured one first."""

    title: str
    keyword: str
    html: str
    image_prompts: tuple[str, ...]
    external_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What a writer is asked for."""

    title: str
    description: str
    keywords: tuple[str, ...]
    structure: str
    content_type: str = "post"
    word_count: int = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """`keywords` are (phrase, monthly volume, difficulty 0-100, intent); `clusters` map a name to (description, phrases)."""

    name: str
    domain: str
    wp_host: str
    sector: str
    keywords: tuple[tuple[str, int, int, str], ...]
    clusters: dict[str, tuple[str, tuple[str, ...]]]
    briefs: tuple[Brief, ...]
    articles: tuple[Article, ...]


TIDEWATER = Brand(
    name="Tidewater Coffee",
    domain="tidewatercoffee.example",
    wp_host="journal.tidewatercoffee.example",
    sector="Specialty coffee",
    keywords=(
        ("cold brew coffee ratio", 8100, 24, "informational"),
        ("how long does cold brew last", 14800, 18, "informational"),
        ("best beans for cold brew", 5400, 33, "commercial"),
        ("pour over coffee ratio", 9900, 27, "informational"),
        ("pour over grind size", 3600, 21, "informational"),
        ("gooseneck kettle for pour over", 6600, 41, "commercial"),
        ("single origin coffee beans", 12100, 46, "commercial"),
        ("ethiopian single origin coffee", 2900, 29, "commercial"),
        ("buy single origin coffee online", 1900, 38, "transactional"),
        ("coffee subscription gift", 6600, 44, "transactional"),
        ("monthly coffee subscription", 4400, 49, "transactional"),
        ("how to descale an espresso machine", 22200, 26, "informational"),
    ),
    clusters={
        "Cold brew at home": (
            "Ratios, steeping times and beans for cold brew made in a home kitchen",
            ("cold brew coffee ratio", "how long does cold brew last", "best beans for cold brew"),
        ),
        "Pour over technique": (
            "Grind, ratio and equipment for a clean pour over",
            ("pour over coffee ratio", "pour over grind size", "gooseneck kettle for pour over"),
        ),
    },
    briefs=(
        Brief(
            title="Cold Brew Ratio: How Much Coffee You Need per Litre",
            description="A practical guide to cold brew ratios for concentrate and ready-to-drink batches.",
            keywords=("cold brew coffee ratio", "cold brew concentrate", "how long does cold brew last"),
            structure="guide",
        ),
        Brief(
            title="Pour Over Grind Size Explained",
            description="What grind size changes in a pour over and how to adjust it by taste.",
            keywords=("pour over grind size", "pour over coffee ratio"),
            structure="guide",
            word_count=900,
        ),
        Brief(
            title="Harbour Blend Whole Bean Coffee, 1 kg",
            description="Product page of the house blend: chocolate, toasted almond, low acidity.",
            keywords=("house blend coffee beans", "whole bean coffee 1kg"),
            structure="landing_page",
            content_type="product",
            word_count=700,
        ),
        Brief(
            title="Office Coffee Service in the Harbour District",
            description="Service page: weekly bean deliveries, grinder loan and machine care for offices.",
            keywords=("office coffee service", "coffee delivery for offices"),
            structure="landing_page",
            content_type="service",
            word_count=800,
        ),
    ),
    articles=(
        Article(
            title="How to Make Cold Brew Coffee at Home",
            keyword="cold brew coffee ratio",
            html=(
                "<p>Cold brew rewards patience more than equipment. A jar, coarse coffee and a night in the fridge "
                "give a smooth concentrate that keeps for days.</p>"
                "<h2>Choose a ratio</h2><p>Start with one part coffee to eight parts water by weight for a batch that "
                "you drink as it is, and one to five for a concentrate. Weigh both: a scoop of a dark roast holds less "
                "coffee than a scoop of a light one.</p>"
                "<h2>Steep slowly</h2><p>Fourteen to eighteen hours in the fridge is enough. Longer steeping adds "
                "bitterness, not strength. Stir once after ten minutes so that no dry pockets remain.</p>"
                "<h3>Strain twice</h3><p>Pass the brew through a sieve, then through a paper filter. The second pass "
                "takes an extra ten minutes and removes the fine sediment that turns stale first.</p>"
                "<h2>Keep it fresh</h2><p>Sealed and cold, a concentrate keeps for a week. Once diluted, drink it "
                "within two days. Single origin beans keep their character well, and a gooseneck kettle helps when "
                "you brew the same coffee hot.</p>"
            ),
            image_prompts=(
                "A tall glass of cold brew coffee over ice on a weathered oak table, morning light from a window, "
                "condensation on the glass, shallow depth of field, editorial food photography",
                "Coarse coffee grounds being weighed in a steel bowl on a digital kitchen scale, overhead view, soft "
                "daylight, neutral linen background",
                "A mason jar of steeping coffee on a fridge shelf beside milk bottles, cool light, close-up, "
                "photorealistic",
                "Cold brew dripping through a paper filter into a glass carafe, side view, backlit amber liquid, "
                "kitchen counter",
            ),
        ),
        Article(
            title="Single Origin Coffee: What the Label Tells You",
            keyword="single origin coffee beans",
            html=(
                "<p>A single origin label says where a coffee grew; a good one also says how, when and by whom.</p>"
                "<h2>Region and altitude</h2><p>Higher farms ripen more slowly, and the cup is usually brighter.</p>"
                "<h2>Process</h2><p>Washed coffees taste cleaner, naturals fruitier. Both suit a pour over.</p>"
            ),
            image_prompts=("Coffee cherries drying on raised beds at sunrise, mountains behind, wide angle",),
            external_url="https://journal.tidewatercoffee.example/single-origin-coffee-label/",
        ),
        Article(
            title="Choosing a Gooseneck Kettle",
            keyword="gooseneck kettle for pour over",
            html=(
                "<p>A gooseneck kettle makes a slow, steady pour possible, and a steady pour is most of the method.</p>"
                "<h2>Flow and balance</h2><p>Look for a handle that carries the weight over the spout.</p>"
            ),
            image_prompts=("A matte black gooseneck kettle pouring water over coffee grounds, steam, close-up",),
            external_url="https://journal.tidewatercoffee.example/gooseneck-kettle/",
        ),
    ),
)

NORTHFELL = Brand(
    name="Northfell Camping",
    domain="northfellcamping.example",
    wp_host="www.northfellcamping.example",
    sector="Camping equipment",
    keywords=(
        ("four season tent for two", 2400, 35, "commercial"),
        ("how to waterproof a tent", 9900, 22, "informational"),
        ("tent footprint size", 1600, 15, "informational"),
        ("down or synthetic sleeping bag", 3600, 28, "informational"),
        ("sleeping bag temperature rating", 6600, 25, "informational"),
        ("lightweight camping stove", 8100, 43, "commercial"),
    ),
    clusters={
        "Tent care": (
            "Keeping a tent dry, clean and lasting",
            ("how to waterproof a tent", "tent footprint size", "four season tent for two"),
        ),
    },
    briefs=(
        Brief(
            title="How to Waterproof a Tent Before the Season",
            description="Seam sealing, re-coating and drying a tent, step by step.",
            keywords=("how to waterproof a tent", "tent seam sealer"),
            structure="guide",
        ),
    ),
    articles=(
        Article(
            title="Sleeping Bag Temperature Ratings Explained",
            keyword="sleeping bag temperature rating",
            html=(
                "<p>A rating is a promise made in a laboratory. Knowing how it is measured tells you how far to trust "
                "it on a hillside.</p><h2>Comfort and limit</h2><p>The comfort figure is the one to plan with; the "
                "limit is for a curled-up night in dry clothes.</p><h2>What lowers warmth</h2><p>Damp down, a thin "
                "mat and an empty stomach each cost several degrees.</p>"
            ),
            image_prompts=(
                "A two-person tent glowing from within on a frosty moor at blue hour, stars faintly visible",
                "A goose down sleeping bag laid out on a wooden cabin floor, top view, natural light",
            ),
        ),
    ),
)

BRIGHTSIDE = Brand(
    name="Brightside Physiotherapy",
    domain="brightsidephysio.example",
    wp_host="blog.brightsidephysio.example",
    sector="Physiotherapy",
    keywords=(
        ("desk stretches for neck pain", 12100, 23, "informational"),
        ("physiotherapy for tennis elbow", 3600, 31, "commercial"),
        ("runner's knee exercises", 18100, 34, "informational"),
        ("sports massage near me", 27100, 52, "transactional"),
    ),
    clusters={
        "Desk posture": ("Stretches and set-up for people who sit all day", ("desk stretches for neck pain",)),
    },
    briefs=(
        Brief(
            title="Five Desk Stretches for Neck Pain",
            description="Short stretches for office workers, with dosage and warning signs.",
            keywords=("desk stretches for neck pain", "neck pain office"),
            structure="listicle",
            word_count=800,
        ),
    ),
    articles=(),
)
