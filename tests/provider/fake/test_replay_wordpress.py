"""WordPress: posts, raw and multipart media uploads, errors in its own form."""

from __future__ import annotations

from harness.core.scenario import Fault
from tests.provider.fake.conftest import recorded

POSTS = "https://blog.example.com/wp-json/wp/v2/posts"
MEDIA = "https://blog.example.com/wp-json/wp/v2/media"
JPEG = bytes(range(256)) * 40


def test_a_post_is_created_with_its_location(fake):
    """201 and the Location header come through."""
    headers = {"content-type": ("application/json",), "location": (f"{POSTS}/7",)}
    fake.load(recorded("POST", POSTS, {"title": "T"}, {"id": 7}, status=201, headers=headers))
    answer = fake.post(POSTS, {"title": "T"})
    assert (answer.status_code, answer.headers["location"], answer.json()) == (201, f"{POSTS}/7", {"id": 7})
    assert fake.report().calls[0].route == "wordpress POST /wp-json/wp/v2/posts"


def test_raw_media_is_matched_by_its_bytes(fake):
    """The same image matches, one byte more does not; the history shows a hash, not the image."""
    fake.load(recorded("POST", MEDIA, JPEG, {"id": 9}, status=201))
    headers = {"content-type": "image/jpeg", "content-disposition": 'attachment; filename="a.jpg"'}
    assert fake.post(MEDIA, JPEG + b"x", headers=headers).status_code == 500
    assert fake.post(MEDIA, JPEG, headers=headers).json() == {"id": 9}
    call = fake.report().calls[1]
    assert call.request.startswith(f"({len(JPEG)} bytes, sha256 ")


def test_multipart_media_matches_whatever_its_boundary(fake):
    """The client makes up a new boundary each time: it does not count, the parts do."""

    def body(boundary: bytes, data: bytes) -> bytes:
        head = b'\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        return b"--" + boundary + head + data + b"\r\n--" + boundary + b"--\r\n"

    fake.load(recorded("POST", MEDIA, body(b"recorded-boundary", JPEG), {"id": 9}, status=201))
    headers = {"content-type": "multipart/form-data; boundary=fresh"}
    assert fake.post(MEDIA, body(b"fresh", JPEG[:-1]), headers=headers).status_code == 500
    assert fake.post(MEDIA, body(b"fresh", JPEG), headers=headers).status_code == 201


def test_errors_and_refusals_have_wordpress_form(fake):
    """{code, message, data: {status}} for faults and for what was not recorded."""
    fake.load(
        recorded("POST", POSTS, {"title": "T"}, {"id": 7}, status=201),
        faults=(Fault(kind="http_401", match="wordpress *", calls=(1,)),),
    )
    assert fake.post(POSTS, {"title": "T"}).json()["code"] == "rest_cannot_create"
    refusal = fake.post(POSTS, {"title": "U"}).json()
    assert (refusal["code"], refusal["data"]) == ("harness_unmatched", {"status": 500})
