"""report.html stands alone: one file, no script, nothing fetched, whatever the target put into it."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from harness.report.html import html_of, write
from tests.report.runs_seen import run

VOID = {"meta", "br", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """Collects tags and checks that they close."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.ids, self.links, self.text = [], [], [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if "href" in attrs:
            self.links.append(attrs["href"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(params=[False, True], ids=["pass", "fail"])
def page(request):
    _, summary = run(wrong=request.param)
    return html_of(summary)


def test_it_is_well_formed_and_its_links_lead_somewhere(page):
    """Every element closes, every id is its own, every link is inside of the page."""
    parsed = Page(page)
    assert len(parsed.ids) == len(set(parsed.ids))
    assert all(link.startswith("#") and link[1:] in parsed.ids for link in parsed.links)


def test_nothing_is_fetched_or_run(page):
    """No script, image, font, frame or address."""
    parsed = Page(page)
    assert not {tag for tag, _ in parsed.tags} & {"script", "link", "img", "iframe", "object", "embed"}
    assert not any("src" in attrs for _, attrs in parsed.tags)
    assert "url(" not in page
    assert "@import" not in page


def test_it_can_be_read_by_everybody(page):
    """Language, one h1, table headers with scope, light and dark, words beside colours."""
    parsed = Page(page)
    tags = [tag for tag, _ in parsed.tags]
    assert ("html", {"lang": "en"}) in parsed.tags
    assert tags.count("h1") == 1
    assert all("scope" in attrs for tag, attrs in parsed.tags if tag == "th")
    assert "prefers-color-scheme: dark" in page


def test_it_shows_ledger_usage_calls_rows_evidence_and_findings(page):
    """Per cell, in words."""
    text = "".join(Page(page).text)
    for piece in (
        "tokens_in",
        "-22",
        "POST /v1/chat/completions",
        "content +1 status=draft",
        "free-work",
        "Work is free",
    ):
        assert piece in text


def test_text_of_the_target_is_escaped(page):
    """A title with tags in it is text."""
    assert "Four images &lt;b&gt;by&lt;/b&gt; DALL-E" in page


def test_a_failure_is_on_top_with_its_command():
    """Before the tables."""
    _, summary = run(wrong=True)
    page = html_of(summary)
    assert page.index("harness verify --only writer/generate_images@manual") < page.index("Cells by path")
    assert "(-3 credits)" in page


def test_it_is_written_in_one_step(tmp_path):
    """The file is whole or not there."""
    _, summary = run()
    path = write(tmp_path / "report.html", summary)
    assert path.read_text().rstrip().endswith("</html>")
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


def test_without_the_targets_tables_money_and_calls_are_still_shown():
    """A report never lacks what was paid."""
    _, summary = run()
    page = html_of(replace(summary, outcomes={}))
    assert "-22" in page
    assert "content insert x1" in page
