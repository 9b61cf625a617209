"""The scan: a planted secret is found in every encoding, and never passes scrub and scan together into a file."""

from __future__ import annotations

import base64
import gzip
import json
import random
import re
import urllib.parse
import zlib
from dataclasses import replace
from pathlib import Path

import brotli
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.core.cassette import RecordedRequest, RecordedResponse
from harness.core.errors import HarnessError
from harness.provider.cassettes.scan import FOLLOWING, scan, scan_file
from harness.provider.cassettes.scan_rules import keys_in, needed, rules
from harness.provider.record import keep
from tests.provider import real
from tests.provider.cassettes.made import interaction
from tests.provider.simulator.ask import CHAT

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
SECRET = "sk-9dF3kQ0pLmX71bTz"

ENCODINGS = {
    "plain": lambda s: s.encode(),
    "json": lambda s: json.dumps({"note": f"the key is {s} here"}).encode(),
    "json escapes": lambda s: ('{"note": "' + "".join(f"\\u{ord(c):04x}" for c in s) + '"}').encode(),
    "json in json": lambda s: json.dumps({"inner": json.dumps({"inner": json.dumps({"k": s})})}).encode(),
    "gzip": lambda s: gzip.compress(f"body {s}".encode()),
    "zlib": lambda s: zlib.compress(f"body {s}".encode()),
    "brotli": lambda s: brotli.compress(f"a body that is long enough to be compressed: {s}".encode()),
    "base64": lambda s: base64.b64encode(f"body {s}".encode()),
    "base64 of gzip": lambda s: base64.b64encode(gzip.compress(s.encode())),
    "base64url": lambda s: base64.urlsafe_b64encode(f"body {s} \u00ff\u00fe".encode()),
    "data uri": lambda s: b"data:text/plain;base64," + base64.b64encode(s.encode()),
    "percent": lambda s: urllib.parse.quote(s).replace("-", "%2D").encode(),
    "form": lambda s: urllib.parse.urlencode({"a": "1", "note": s}).encode(),
    "sse": lambda s: f'data: {{"choices":[{{"index":0,"delta":{{"content":"{s}"}}}}]}}\n\ndata: [DONE]\n\n'.encode(),
    "sse in pieces": lambda s: "".join(f'data: {{"choices":[{{"index":0,"delta":{{"content":"{s[i : i + 3]}"}}}}]}}\n\n' for i in range(0, len(s), 3)).encode(),
}  # fmt: skip
CLOTHES = {
    "hex": lambda s: f"digest {s.encode().hex()} here".encode(),
    "HEX": lambda s: s.encode().hex().upper().encode(),
    "hex of base64": lambda s: base64.b64encode(f"body {s}".encode()).hex().encode(),
    "byte escapes": lambda s: "".join(f"\\x{ord(c):02x}" for c in s).encode(),
    "utf-16": lambda s: f"body {s}".encode("utf-16"),
    "utf-16 in base64": lambda s: base64.b64encode(f"body {s}".encode("utf-16-le")),
    "entities": lambda s: "".join(f"&#{ord(c)};" for c in f"body {s}").encode(),
    "entities in hex": lambda s: "".join(f"&#x{ord(c):x};" for c in s).encode(),
    "base64 one further": lambda s: base64.b64encode(f"y {s}".encode()),
    "base64 two further": lambda s: base64.b64encode(f"dy {s}".encode()),
}
"""In which the scan alone looks: no reader of a recording takes these off."""
SECRETS = st.one_of(
    st.text(ALPHABET, min_size=16, max_size=40).map(lambda t: f"sk-{t}"),
    st.text(ALPHABET, min_size=20, max_size=32).map(lambda t: f"sk-proj-{t}"),
    st.text(ALPHABET, min_size=20, max_size=24).map(lambda t: f"org-{t}"),
)
UNKNOWN_SHAPE = st.text(ALPHABET, min_size=12, max_size=40)


@pytest.mark.parametrize("encoding", [*ENCODINGS, *CLOTHES])
def test_a_key_is_found_in_every_encoding(encoding):
    """Each layer is undone; the finding names the place and never the key."""
    found = scan({**ENCODINGS, **CLOTHES}[encoding](SECRET))
    assert found
    assert not [finding for finding in found if SECRET in str(finding)]


@pytest.mark.parametrize("encoding", [*ENCODINGS, *CLOTHES])
def test_a_clean_text_has_no_finding_in_any_encoding(encoding):
    """What scrub leaves in place of a key is no key."""
    assert scan({**ENCODINGS, **CLOTHES}[encoding]("sk-REDACTED")) == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"apiKey": "x9fk2j"}', "a value under 'apiKey'"),
        ('{"headers": [{"name": "Authorization", "value": "whatever"}]}', "a value under 'value'"),
        ("Authorization:\n- Basic dXNlcjpwYXNzd29yZA==\n", "basic credentials"),
        ("GET /x?access_token=abc123", "a value under 'access_token'"),
        ("token abcd EFGH 12ab efgh ijkl mnop", "an application password"),
        ("mail anna@harbour-roasters.de", "an e-mail address"),
        ("__cf_bm=QbMzm.OnfxPgNq3GiSds2wm2s2", "a session cookie"),
        ("proj_tzz1TbPPOXaf6j9tEkVUBIAa", "a project id"),
        ("-----BEGIN PRIVATE KEY-----", "a private key"),
        ("AKIAABCDEFGHIJKLMNOP", "a key: AWS Access Key"),
        ('{"session": "f81d4fae7dec11d0a76500a0c91e6bf6"}', "a random-looking value under 'session'"),
        ("Bearer 0123456789abcdef", "a bearer token"),
    ],
)
def test_each_kind_of_secret_is_named(text, kind):
    """One example of each."""
    assert kind in {finding.kind for finding in scan(text)} or any(
        kind.split(" under")[0] in f.kind for f in scan(text)
    )


def drawn(n, alphabet=ALPHABET, seed=7):
    return "".join(random.Random(f"{n} {alphabet} {seed}").choices(alphabet, k=n))


LOWER, DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789", "0123456789"
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def web_token():
    parts = (json.dumps(part, separators=(",", ":")).encode() for part in ({"alg": "HS256"}, {"sub": "17"}))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "." + drawn(44)


KINDS = {
    "OpenAI, of a project": f"sk-proj-{drawn(20)}T3BlbkFJ{drawn(20)}",
    "OpenAI, of old": f"sk-{drawn(48)}",
    "Anthropic": f"sk-ant-api03-{drawn(93)}AA",
    "OpenAI organization": f"org-{drawn(24)}",
    "OpenAI project": f"proj_{drawn(24)}",
    "AWS": f"AKIA{drawn(16, UPPER)}",
    "GitHub": f"ghp_{drawn(36)}",
    "GitLab": f"glpat-{drawn(20)}",
    "Slack": f"xoxb-{drawn(12, DIGITS)}-{drawn(12, DIGITS)}-{drawn(24)}",
    "Slack webhook": f"https://hooks.slack.com/services/T{drawn(8)}/B{drawn(8)}/{drawn(24)}",
    "Stripe": f"sk_live_{drawn(24)}",
    "SendGrid": f"SG.{drawn(22)}.{drawn(43)}",
    "Twilio": f"SK{drawn(32, LOWER)}",
    "Mailchimp": f"{drawn(32, LOWER)}-us14",
    "npm": f"//packages.example/:_authToken=npm_{drawn(36)}",
    "PyPI": f"pypi-AgEIcHlwaS5vcmc{drawn(80)}",
    "Discord": f"M{drawn(23)}.{drawn(6)}.{drawn(27)}",
    "Telegram": f"{drawn(9, '123456789')}:{drawn(35)}",
    "Azure": f"AccountKey={drawn(86)}==",
    "Square": f"sq0csp-{drawn(43)}",
    "Google": f"AIza{drawn(35)}",
    "Artifactory": f"AKC{drawn(60)}",
    "a web token": web_token(),
    "a database": f"postgres://shop:{drawn(14)}@db.example:5432/shop",
    "a private key": f"-----BEGIN RSA PRIVATE KEY-----\n{drawn(64)}",
    "a bearer": f"Bearer {drawn(32)}",
}
"""Keys of services, made up here by chance: none is anybody's."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_of_every_kind_is_found_in_every_encoding(kind):
    """Claim: whatever it is sent as, a key of each service is told, and in what a redacted text becomes by the same way, nothing is."""
    key = KINDS[kind]
    for encoding, encode in {**ENCODINGS, **CLOTHES}.items():
        found = scan(encode(key))
        assert found, encoding
        assert not [one for one in found if key in str(one)]


@pytest.mark.parametrize("kind", ["AWS", "GitHub", "Stripe", "SendGrid", "Square", "OpenAI, of a project"])
def test_a_key_that_is_cut_over_two_fields_is_found_by_its_shape(kind):
    """Claim: nobody needs to know it: two fields that follow each other are read as one, too."""
    key = KINDS[kind]
    for at in (5, len(key) // 2, len(key) - 3):
        cut = json.dumps({"a": key[:at], "n": 7, "b": [key[at:]]})
        assert FOLLOWING in {one.where for one in scan(cut)}, at


def test_the_harness_s_own_key_is_nobodys():
    """Claim: what fills a place in a description is no key; what is masked and still tells its ends is one, and so is a key of zeros."""
    assert scan(f"sk-{'0' * 20}")
    assert scan("sk-replay-0000000000000000000000000000") == ()
    assert scan("sk-ab**********************yz")


def test_a_layer_that_was_looked_at_before_is_looked_at_as_deep_as_it_goes():
    """Claim: bytes that were met at the bottom of one nest are opened again where there is more room."""
    deep = f"sk-{drawn(20)}".encode()
    for _ in range(3):
        deep = base64.b64encode(b"body " + deep)
    lower = deep
    for _ in range(4):
        lower = base64.b64encode(b"body " + lower)
    assert scan(json.dumps([lower.decode(), deep.decode()]))


def test_every_kept_rule_says_what_it_needs():
    """Claim: a rule is spared only where no match of it is possible: what it needs stands in each of these keys."""
    asked = {kind for key in KINDS.values() for kind, _ in keys_in(f"is {key} ", f"is {key} ".lower())}
    assert len(asked) >= 16
    for key in KINDS.values():
        for rule in rules():
            if list(rule.detector.analyze_string(key)):
                assert not rule.words or any(word in key.lower() for word in rule.words)
    assert needed(re.compile(r"(?:a|b)cd?xyzg+(?:hij)?")) == "xyz"
    assert needed(re.compile(r"(?i)AB\d{2,}|C")) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Basic information; the bearer of news; task-management-applications; user-friendly design",
        '{"usage": {"total_tokens": 3}, "token": "Hello", "key": "summer", "password": ""}',
        "contact us at hello@example.com or office@harbour.example",
        "https://im.runware.ai/image/ws/2/ii/94649484-a892-4f82-b823-d9192faefa60.webp",
    ],
)
def test_harmless_text_has_no_finding(text):
    """A scan that cries wolf is switched off sooner or later."""
    assert scan(text) == ()


@pytest.mark.parametrize("at", [1, 5, 11])
def test_a_key_in_use_that_was_cut_in_two_is_found(at):
    """Claim: wherever it is cut, over fields that follow each other; in use is what is told, not its shape."""
    secret = "Zq8-ordinary-words-7"
    cut = json.dumps({"a": secret[:at], "n": 7, "b": [secret[at:], "more"]})
    assert "a key that was in use" in {one.kind for one in scan(cut, [secret])}
    assert not scan(cut)


def test_a_key_in_use_is_found_without_any_shape():
    """Known secrets are looked for exactly, also below encodings."""
    secret = "harbourlamp"
    for make in ENCODINGS.values():
        assert "a key that was in use" in {finding.kind for finding in scan(make(secret), [secret])}


def test_a_stream_of_equal_pieces_is_joined_as_well():
    """A key that is cut into equal pieces is still one key (found by the property below)."""
    assert scan(ENCODINGS["sse in pieces"]("000000000000"), ["000000000000"])


PLACES = ("request header", "response header", "kept header", "query", "request body", "response body")


def planted(secret: str, place: str, encoded: bytes):
    """An interaction with the secret in one place."""
    text = encoded.decode("latin-1")
    headers = {"Content-Type": ("application/json",)}
    came = interaction(CHAT, {"model": "gpt-4o-mini"}, {"ok": True})
    request, response = came.request, came.response
    if place == "request header":
        request = RecordedRequest(
            method="POST",
            uri=CHAT,
            headers={**headers, "X-Anything": (text,), "Authorization": (f"Bearer {secret}",)},
            body=request.body,
        )
    elif place == "response header":
        response = RecordedResponse(
            status=200,
            reason="OK",
            headers={**headers, "Set-Cookie": (text,), "x-internal": (secret,)},
            body=response.body,
        )
    elif place == "kept header":
        response = RecordedResponse(
            status=200, reason="OK", headers={**headers, "x-request-id": (secret,)}, body=response.body
        )
    elif place == "query":
        request = RecordedRequest(
            method="POST",
            uri=f"{CHAT}?q={urllib.parse.quote(encoded)}&api_key={secret}",
            headers=headers,
            body=request.body,
        )
    elif place == "request body":
        request = RecordedRequest(method="POST", uri=CHAT, headers=headers, body=encoded)
    else:
        response = RecordedResponse(status=200, reason="OK", headers=headers, body=encoded)
    return replace(came, request=request, response=response)


def every_reading(data: bytes) -> str:
    """All that a reader could make of a file: YAML, JSON, decompression, base64, percent, joined streams. Written for this test alone."""
    texts, queue = [], [data]
    while queue and len(texts) < 5_000:
        item = queue.pop()
        text = item.decode("utf-8", "replace")
        texts.append(text)
        for undo in (gzip.decompress, zlib.decompress, brotli.decompress):
            try:
                queue.append(undo(item))
            except Exception:  # not compressed in this way
                continue
        for word in (
            text.replace('"', " ").replace(",", " ").replace("'", " ").replace("=", " ").replace("&", " ").split()
        ):
            if len(word) >= 16:
                for decode in (base64.b64decode, base64.urlsafe_b64decode):
                    try:
                        plain = decode(word + "=" * (-len(word) % 4))
                    except ValueError:
                        continue
                    if plain not in queue and plain != item and len(plain) > 8:
                        queue.append(plain)
        if "%" in text and urllib.parse.unquote(text) != text:
            queue.append(urllib.parse.unquote(text).encode())
        if "\\u00" in text:
            queue.append(text.encode("latin-1", "replace").decode("unicode_escape").encode("utf-8", "replace"))
        pieces = [
            json.loads(line[6:])["choices"][0]["delta"]["content"]
            for line in text.splitlines()
            if line.startswith('data: {"choices"')
        ]
        if pieces:
            texts.append("".join(pieces))
    return "\n".join(texts)


def reaches_a_file(tmp: Path, secret: str, place: str, encoded: bytes, known: tuple[str, ...]) -> bool:
    """Run scrub, scan and write; whether the secret can be read from anything that was written."""
    job = keep.Job(scenario="a/b", tape=(), out=tmp, overwrite=True, command="test", recorded_at="2026-11-22")
    refusal = None
    try:
        keep.keep(job, [("openai", "simulator", planted(secret, place, encoded))], "simulator", known)
    except HarnessError as error:
        refusal = error
    if refusal is not None:
        assert refusal.code == "cassette-secret"
        assert secret not in str(refusal)
        assert not list(tmp.rglob("*.yaml"))
        return False
    for path in tmp.rglob("*.yaml"):
        bodies = [path.read_bytes()]
        for row in yaml.safe_load(path.read_bytes())["interactions"]:
            for body in (row["request"]["body"], row["response"]["body"]["string"]):
                bodies.append(body if isinstance(body, bytes) else body.encode())
            bodies.append(row["request"]["uri"].encode())
        if any(secret in every_reading(body) for body in bodies):
            return True
    return False


@settings(max_examples=250, deadline=None)
@given(secret=SECRETS, place=st.sampled_from(PLACES), encoding=st.sampled_from(sorted(ENCODINGS)))
def test_no_planted_key_reaches_a_file(tmp_path_factory, secret, place, encoding):
    """Any key, anywhere, in any encoding: it is scrubbed, or the recording is refused. A second reader looks for it."""
    tmp = tmp_path_factory.mktemp("planted")
    assert not reaches_a_file(tmp, secret, place, ENCODINGS[encoding](secret), ())


@settings(max_examples=150, deadline=None)
@given(secret=UNKNOWN_SHAPE, place=st.sampled_from(PLACES), encoding=st.sampled_from(sorted(ENCODINGS)))
def test_no_key_in_use_reaches_a_file(tmp_path_factory, secret, place, encoding):
    """A key without any shape, as Runware's are: the recorder knows it, and that is enough."""
    tmp = tmp_path_factory.mktemp("known")
    assert not reaches_a_file(tmp, secret, place, ENCODINGS[encoding](secret), (secret,))


def test_the_second_reader_sees_what_it_must():
    """The reader of the two tests above finds a secret in every encoding: it would notice a leak."""
    for name, make in ENCODINGS.items():
        assert SECRET in every_reading(make(SECRET)), name


@real.needed
@pytest.mark.parametrize("path", [p for p in real.files() if not p.name.startswith(("43", "46"))], ids=lambda p: p.name)
def test_real_recordings_of_others_hold_findings(path):
    """Organization ids, cookies and keys that deny-lists missed are seen in public files."""
    assert scan_file(path)
