"""What the simulated model writes: complete, on the subject, different from text to text, and usable by the backend."""

from __future__ import annotations

import itertools
import re

import pytest

from answers.compose import plain, word_count
from answers.topic import gerund, topic_of
from harness.provider.simulator.chance import Chance
from tests.provider.simulator.ask import KEYWORDS, prompts, written

FILLER = ("lorem", "ipsum", "foo", "placeholder", "todo", "{", "}")


def article(kind: str = "post", title: str = "How to Choose Organic Coffee Beans", words: int = 1100) -> dict:
    names = [row[0] for row in KEYWORDS[:4]]
    prompt = prompts().content("Bean There", "Coffee", title, "What to look for", kind, "guide", "Beans", names, words)
    return written(prompt)


def test_clusters_hold_every_keyword_exactly_once():
    """Each keyword comes back as it was given, in one cluster, and related ones stand together."""
    clusters = written(prompts().clustering("Bean There", "Coffee", KEYWORDS))["clusters"]
    placed = list(itertools.chain.from_iterable(c["keywords"] for c in clusters))
    assert sorted(placed) == sorted(row[0] for row in KEYWORDS)
    home = {keyword: c["name"] for c in clusters for keyword in c["keywords"]}
    assert home["organic coffee beans"] == home["best organic coffee beans"]
    assert home["emergency plumber near me"] != home["organic coffee beans"]
    assert len({c["name"] for c in clusters}) == len(clusters)
    assert all(len(c["description"]) > 30 for c in clusters)


def test_ideas_are_three_different_angles_of_the_cluster():
    """Titles differ, targets come from the cluster, and every enumerated field has an allowed value."""
    rows = [(keyword, volume, intent) for keyword, volume, _, intent in KEYWORDS[:5]]
    ideas = written(prompts().ideas("Bean There", "Coffee", "Beans", "All about beans", rows))["ideas"]
    assert len({idea["title"] for idea in ideas}) == len(ideas) == 3
    for idea in ideas:
        assert set(idea["target_keywords"]) <= {row[0] for row in rows}
        assert idea["content_type"] in ("post", "page", "product", "service")
        assert idea["content_structure"] in ("article", "guide", "listicle", "comparison", "review", "landing_page")
        assert 600 <= idea["estimated_word_count"] <= 2000


@pytest.mark.parametrize("kind", ["post", "page", "product", "service"])
def test_articles_are_whole_html_of_the_wanted_length(kind):
    """700 to 1,400 words with headings, a list and questions; metadata within its limits; no unfilled slot."""
    made = article(kind)
    html = made["content_html"]
    assert 700 <= word_count(html) <= 1400
    assert html.count("<h2>") >= 5
    assert html.count("<h3>") >= 3
    assert "<li>" in html
    assert html.count("?</h3>") >= 3
    assert len(made["meta_title"]) <= 60
    assert len(made["meta_description"]) <= 160
    assert made["primary_keyword"] == KEYWORDS[0][0]
    assert plain(html).lower().count("organic coffee beans") >= 5
    assert not [word for word in FILLER if word in plain(html).lower()]
    for tag in ("h1", "html", "body"):
        assert f"<{tag}" not in html
    assert re.findall(r"<(\w+)>", html).__len__() == len(re.findall(r"</(\w+)>", html))


def test_kinds_of_page_have_their_own_parts():
    """A product page has specifications, a service page a process and prices."""
    assert "<table>" in article("product")["content_html"]
    service = article("service")["content_html"]
    assert "Step 1" in service
    assert "Prices" in service


def test_no_paragraph_is_said_twice_and_two_articles_differ():
    """Within a text every paragraph is its own; two titles share few of them."""
    first, second = (
        article(title=t)["content_html"] for t in ("Organic Coffee Beans Explained", "Buying Beans for a Small Café")
    )
    parts = [re.findall(r"<p>(.*?)</p>", html) for html in (first, second)]
    for paragraphs in parts:
        assert len(set(paragraphs)) == len(paragraphs)
    assert len(set(parts[0]) & set(parts[1])) < 0.35 * len(parts[0])


def test_image_prompts_are_photographs_of_the_sections():
    """Exactly as many as were asked for, all different, each naming a section."""
    headings = ["What matters most", "Common mistakes", "What beans should cost"]
    html = article()["content_html"]
    made = written(prompts().image_prompts("Bean There", "Organic Beans", "photorealistic", 3, headings, html))
    assert len(set(made["in_article_prompts"])) == 3
    for wanted, prompt in zip(headings, made["in_article_prompts"], strict=True):
        assert wanted in prompt
        assert "photograph" in prompt
    assert "Organic Beans" in made["featured_prompt"]


def test_optimizing_keeps_the_text_and_raises_the_score():
    """Nothing of the article is lost, the keyword reaches the opening, and the score goes up, never above 98."""
    html = "<p>Good beans need time.</p>\n<h2>Roast</h2>\n<p>Look for the date.</p>"
    made = written(prompts().optimize("Beans", "Beans", "", "organic coffee beans", html))
    for sentence in ("Good beans need time.", "Look for the date."):
        assert sentence in made["content_html"]
    assert "organic coffee beans" in plain(made["content_html"])[:400]
    assert 0 <= made["scores"]["before"] < made["scores"]["after"] <= 98
    assert made["changes"]


def test_links_use_words_of_the_article_and_candidates_only():
    """Every anchor stands in a paragraph word for word; every url was offered; at most five."""
    html = article()["content_html"]
    pages = [("Coffee grinder guide", "https://x.example/grinder"), ("Organic Coffee Beans: The Basics", "https://x.example/beans"),
             ("Roof repair", "https://x.example/roof")]  # fmt: skip
    links = written(prompts().internal_links("My article", html, pages))["links"]
    assert "https://x.example/beans" in {link["url"] for link in links}
    assert "https://x.example/roof" not in {link["url"] for link in links}
    body = " ".join(re.findall(r"<(?:p|li|td)>(.*?)</(?:p|li|td)>", html))
    assert all(link["anchor"] in body for link in links)


def test_a_candidate_that_is_not_mentioned_gets_no_link():
    """Without a fitting anchor there is no link, rather than an invented one."""
    assert written(
        prompts().internal_links("T", "<p>Nothing of it here.</p>", [("Roof repair", "https://x.example/r")])
    ) == {"links": []}


@pytest.mark.parametrize(
    ("keyword", "noun", "verb"),
    [
        ("best running shoes", "running shoes", "are"),
        ("how to descale an espresso machine", "descaling an espresso machine", "is"),
        ("how long does cold brew last", "the shelf life of cold brew", "is"),
        ("burr grinder vs blade grinder", "burr grinder and blade grinder", "are"),
        ("plumber near me", "plumber", "is"),
    ],
)
def test_keywords_become_phrases(keyword, noun, verb):
    """A search keyword fits into a sentence after it was read as a subject."""
    topic = topic_of(keyword)
    assert (topic.noun, topic.verb) == (noun, verb)


def test_gerunds_are_spelled():
    """Final e falls, short verbs double, the rest takes -ing."""
    assert [gerund(verb) for verb in ("store", "plan", "see", "tie", "clean")] == [
        "storing",
        "planning",
        "seeing",
        "tying",
        "cleaning",
    ]


def test_chance_is_fixed_for_ever():
    """The stream of a key is part of the format of shipped cassettes: these values must never change."""
    assert Chance("a", 1).text(12) == Chance("a", 1).text(12) != Chance("a", 2).text(12)
    assert Chance("fixed").text(8) == FIXED


FIXED = "VV5ww2Rq"
