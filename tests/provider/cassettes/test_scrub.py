"""Scrubbing: an allow-list of headers, no secret in a body, and plain English left alone."""

from __future__ import annotations

import base64
import json

import pytest

from harness.provider.cassettes.scrub import scrub
from tests.provider.cassettes.made import JSON, interaction
from tests.provider.simulator.ask import IMAGES, POSTS, RUNWARE


def body_after(answered, **options) -> str:
    clean, _ = scrub(interaction(answered=answered), "openai", **options)
    return clean.response.body.decode()


def test_only_listed_headers_stay():
    """A header that nobody thought of is dropped like a cookie."""
    came = interaction(
        request_headers={**JSON, "Authorization": ("Bearer sk-0123456789abcdef",), "X-Never-Heard-Of": ("secret",)},
        response_headers={**JSON, "Set-Cookie": ("a=b",), "x-request-id": ("req_1",), "openai-organization": ("acme",)},
    )
    clean, redacted = scrub(came, "openai")
    assert dict(clean.request.headers) == JSON
    assert dict(clean.response.headers) == {**JSON, "x-request-id": ("req_1",)}
    assert redacted == (
        "request header authorization",
        "response header openai-organization",
        "response header set-cookie",
    )


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("key sk-abcDEF123456 here", "key sk-REDACTED here"),
        ("Incorrect API key provided: sk-ab*****6789.", "Incorrect API key provided: sk-REDACTED."),
        ("org-OS4zcsDN8sF8E8CdhxgMkBV4/user-uYJDLWPStCQHcYnk3EXTJvGk", "org-REDACTED/user-REDACTED"),
        ("proj_tzz1TbPPOXaf6j9tEkVUBIAa", "proj_REDACTED"),
        ("https://x/y.png?st=1&sig=a%2Fb%3D&sv=2", "https://x/y.png?st=1&sig=REDACTED&sv=2"),
        ("<img src='https://x/y.png?st=1&amp;sig=a%2Fb'>", "<img src='https://x/y.png?st=1&amp;sig=REDACTED'>"),
        ("Bearer abcdef0123456789", "Bearer REDACTED"),
        ("Basic dXNlcjpwYXNzd29yZA==", "Basic REDACTED"),
        ("password abcd EFGH 12ab efgh ijkl mnop", "password XXXX XXXX XXXX XXXX XXXX XXXX"),
        ('{"apiKey": "Zk29vQ", "n": 1}', '{"apiKey": "REDACTED", "n": 1}'),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc-def", "REDACTED"),
    ],
)
def test_secrets_are_taken_out_of_bodies(dirty, clean):
    """Each kind of secret is replaced, and what stands around it is kept."""
    assert body_after(dirty) == clean


@pytest.mark.parametrize(
    "text",
    [
        "Basic information about the bearer of good news; risk-management-software and task-list-applications.",
        "when they have been used with care they will last much more than most",
        '{"max_tokens": 20, "token": "Hello", "key": "C major", "password": ""}',
        "user-friendly org-chart of the project",
    ],
)
def test_plain_text_is_left_alone(text):
    """A cassette must still say what was said."""
    assert body_after(text) == text


def test_secrets_in_use_are_found_in_any_form():
    """A key without any known shape: as it is, percent-encoded, in base64."""
    secret = "harbour/lamp+seven"
    forms = (secret, "harbour%2Flamp%2Bseven", base64.b64encode(secret.encode()).decode())
    for form in forms:
        assert body_after(f"before {form} after", known=[secret]) == "before REDACTED after"


def test_urls_lose_their_credentials():
    """User, password and key parameters leave the request's URL."""
    came = interaction(uri="https://anna:pw123456@api.openai.com/v1/chat/completions?api_key=abc123&page=2")
    clean, _ = scrub(came, "openai")
    assert clean.request.uri == "https://api.openai.com/v1/chat/completions?api_key=REDACTED&page=2"


def test_scrubbing_twice_changes_nothing():
    """What is clean stays as it is: re-recording compares clean with clean."""
    link = "https://oai.blob.example/private/org-OS4zcsDN8sF8E8CdhxgMkBV4/img.png?se=1&sig=abc%3D&skoid=1-2"
    came = interaction(uri=IMAGES, asked={"prompt": "x"}, answered={"data": [{"url": link}]})
    once, _ = scrub(came, "openai")
    twice, redacted = scrub(once, "openai")
    assert twice == once
    assert json.loads(once.response.body)["data"][0]["url"].endswith("sig=REDACTED&skoid=REDACTED")
    assert redacted == () or "response body: signature or key in a query" in redacted


@pytest.mark.parametrize(("uri", "provider", "kept"), [(RUNWARE, "runware", set()), (POSTS, "wordpress", {"location"})])
def test_each_provider_has_its_own_list(uri, provider, kept):
    """WordPress's Location is needed to replay a post; Runware sends nothing worth keeping."""
    came = interaction(uri=uri, response_headers={**JSON, "Location": ("https://x/1",), "x-request-id": ("1",)})
    clean, _ = scrub(came, provider)
    assert {name.lower() for name in clean.response.headers} == {"content-type", *kept}
