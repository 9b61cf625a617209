"""The prompts of every AI operation, made of domain text only.

Each operation has one builder that takes plain values and returns a `Prompt`. The system prompt opens with a role
sentence that names the operation; the user prompt carries the data in labelled blocks, one item a line, and ends by
saying which JSON object to answer with. Nothing here depends on time, chance or row ids: the same data gives the same
text, so that a request can be compared with an earlier one.

    operation                 role sentence begins                      answer
    clustering                You are a keyword clustering analyst      {"clusters": [...]}
    idea_generation           You are a content strategist              {"ideas": [...]}
    content_generation        You are a senior blog writer              one article
                              You are a website page writer             one article
                              You are a product page copywriter         one article
                              You are a service page copywriter         one article
    image_prompt_extraction   You are an art director                   {"featured_prompt", "in_article_prompts"}
    content_optimization      You are an on-page SEO editor             {"content_html", ..., "scores"}
    internal_linking          You are an internal linking specialist    {"links": [...]}
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent to a chat model: the role and the request."""

    system: str
    user: str


CLUSTERING_SYSTEM = (
    "You are a keyword clustering analyst. You group search keywords that the same page could answer, by meaning and "
    "intent. Every keyword belongs to exactly one cluster and is repeated exactly as it was given."
)
IDEAS_SYSTEM = (
    "You are a content strategist. You turn one keyword cluster into distinct, useful content ideas that together "
    "cover the cluster without competing with each other."
)
CONTENT_SYSTEM = {
    "post": (
        "You are a senior blog writer. You write complete, accurate articles in clean semantic HTML, with an "
        "introduction, descriptive h2 and h3 headings, and a conclusion."
    ),
    "page": (
        "You are a website page writer. You write clear evergreen pages in clean semantic HTML that answer the "
        "visitor's question early and lead to one next step."
    ),
    "product": (
        "You are a product page copywriter. You write product pages in clean semantic HTML: what it is, who it is for, "
        "features with their benefits, specifications, and answers to common questions."
    ),
    "service": (
        "You are a service page copywriter. You write service pages in clean semantic HTML: the problem, how the "
        "service works step by step, what is included, proof, and a call to action."
    ),
}
IMAGE_PROMPTS_SYSTEM = (
    "You are an art director. You read an article and describe the images that should illustrate it, each as one "
    "concrete scene for an image model, without text or logos in the picture."
)
OPTIMIZE_SYSTEM = (
    "You are an on-page SEO editor. You improve an existing article for its primary keyword without changing its facts "
    "or its voice, and score it before and after."
)
LINKING_SYSTEM = (
    "You are an internal linking specialist. You choose where an article should link to other pages of the same site, "
    "using anchor texts that already stand in the article word for word."
)


def clustering(site: str, sector: str, keywords: Iterable[tuple[str, int, int, str]]) -> Prompt:
    """Keywords are (keyword, volume, difficulty, intent).

    Answer: {"clusters": [{"name": str, "description": str, "keywords": [str, ...]}, ...]}
    """
    lines = [f"{_line(k)} (volume {v}, difficulty {d}, intent {i})" for k, v, d, i in keywords]
    return Prompt(
        CLUSTERING_SYSTEM,
        _join(
            _fields(Site=site, Sector=sector),
            _block("Keywords", lines),
            'Answer with one JSON object: {"clusters": [{"name": "...", "description": "...", "keywords": ["..."]}]}.',
        ),
    )


def ideas(site: str, sector: str, cluster: str, description: str, keywords: Iterable[tuple[str, int, str]]) -> Prompt:
    """Keywords are (keyword, volume, intent).

    Answer: {"ideas": [{"title": str, "description": str, "content_type": "post"|"page"|"product"|"service",
    "content_structure": str, "target_keywords": [str, ...], "estimated_word_count": int}, ...]}
    """
    lines = [f"{_line(k)} (volume {v}, intent {i})" for k, v, i in keywords]
    return Prompt(
        IDEAS_SYSTEM,
        _join(
            _fields(Site=site, Sector=sector, Cluster=cluster, Description=description),
            _block("Keywords", lines),
            "Propose 3 ideas. content_type is one of post, page, product, service; content_structure is one of "
            "article, guide, listicle, comparison, review, landing_page.",
            'Answer with one JSON object: {"ideas": [{"title": "...", "description": "...", "content_type": "post", '
            '"content_structure": "guide", "target_keywords": ["..."], "estimated_word_count": 1200}]}.',
        ),
    )


def content(
    site: str,
    sector: str,
    title: str,
    description: str,
    content_type: str,
    content_structure: str,
    cluster: str,
    keywords: Iterable[str],
    word_count: int,
) -> Prompt:
    """One task; content_type chooses the role.

    Answer: {"title": str, "meta_title": str, "meta_description": str, "content_html": str, "primary_keyword": str,
    "secondary_keywords": [str, ...], "tags": [str, ...], "categories": [str, ...]}
    """
    return Prompt(
        CONTENT_SYSTEM.get(content_type, CONTENT_SYSTEM["post"]),
        _join(
            _fields(
                Site=site,
                Sector=sector,
                Title=title,
                Description=description,
                Content_type=content_type,
                Structure=content_structure,
                Cluster=cluster,
                Word_count=str(word_count),
            ),
            _block("Target keywords", [_line(k) for k in keywords]),
            "meta_title has at most 60 characters and meta_description at most 160. content_html has no html, head or "
            "body element and no h1.",
            'Answer with one JSON object: {"title": "...", "meta_title": "...", "meta_description": "...", '
            '"content_html": "...", "primary_keyword": "...", "secondary_keywords": ["..."], "tags": ["..."], '
            '"categories": ["..."]}.',
        ),
    )


def image_prompts(site: str, title: str, style: str, in_article: int, headings: Iterable[str], html: str) -> Prompt:
    """One content; `in_article` is how many prompts are wanted beside the featured one.

    Answer: {"featured_prompt": str, "in_article_prompts": [str, ...]}  (exactly `in_article` of them)
    """
    return Prompt(
        IMAGE_PROMPTS_SYSTEM,
        _join(
            _fields(Site=site, Title=title, Style=style, In_article_images=str(in_article)),
            _block("Headings", [_line(h) for h in headings]),
            _text("Article", html),
            'Answer with one JSON object: {"featured_prompt": "...", "in_article_prompts": ["..."]}, with exactly '
            f"{in_article} in_article_prompts in reading order.",
        ),
    )


def optimize(title: str, meta_title: str, meta_description: str, primary_keyword: str, html: str) -> Prompt:
    """One content.

    Answer: {"content_html": str, "meta_title": str, "meta_description": str,
    "scores": {"before": int 0..100, "after": int 0..100}, "changes": [str, ...]}
    """
    return Prompt(
        OPTIMIZE_SYSTEM,
        _join(
            _fields(
                Title=title,
                Meta_title=meta_title,
                Meta_description=meta_description,
                Primary_keyword=primary_keyword,
            ),
            _text("Article", html),
            'Answer with one JSON object: {"content_html": "...", "meta_title": "...", "meta_description": "...", '
            '"scores": {"before": 0, "after": 0}, "changes": ["..."]}; scores go from 0 to 100.',
        ),
    )


def internal_links(title: str, html: str, candidates: Iterable[tuple[str, str]]) -> Prompt:
    """Candidates are (title, url) of other contents of the same site.

    Answer: {"links": [{"anchor": str, "url": str, "reason": str}, ...]}
    """
    lines = [f"{_line(name)} | {_line(url)}" for name, url in candidates]
    return Prompt(
        LINKING_SYSTEM,
        _join(
            _fields(Title=title),
            _block("Candidate pages", lines),
            _text("Article", html),
            "Choose at most 5 links. Each url is one of the candidate pages, each anchor stands in the article's text.",
            'Answer with one JSON object: {"links": [{"anchor": "...", "url": "...", "reason": "..."}]}.',
        ),
    )


def _fields(**values: str) -> str:
    """`Label: value` lines, without the empty ones; an underscore in a name reads as a space."""
    return "\n".join(f"{k.replace('_', ' ')}: {_line(v)}" for k, v in values.items() if v)


def _block(label: str, lines: Iterable[str]) -> str:
    """`Label:` and one `- item` a line."""
    items = [f"- {line}" for line in lines if line]
    return f"{label}:\n" + ("\n".join(items) if items else "- none")


def _text(label: str, text: str) -> str:
    """`Label:` and a long text between markers, as it stands."""
    return f"{label}:\n<<<\n{text.strip()}\n>>>"


def _line(value: str) -> str:
    return " ".join(str(value).split())


def _join(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
