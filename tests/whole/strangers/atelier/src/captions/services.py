"""Captions are written here, whoever asks for them."""
import json

from django.conf import settings
from openai import OpenAI

from captions.models import Album, Picture
from quota.services import spend

PROMPT = """Write a caption for a picture called "{title}", in a {tone} tone.
Answer with JSON of this form and nothing else:
{{"caption": "A sentence.", "hashtags": ["#one", "#two"]}}"""


def _ask(prompt: str) -> str:
    answer = OpenAI().chat.completions.create(model=settings.CAPTION_MODEL, messages=[{"role": "user", "content": prompt}], response_format={"type": "json_object"} if "JSON" in prompt else None or {"type": "text"})
    return answer.choices[0].message.content


def caption_picture(picture_id: int, tone: str = "plain") -> Picture:
    """Caption one picture, and charge its studio."""
    picture = Picture.objects.get(pk=picture_id)
    picture.state = Picture.State.WORKING
    picture.save()
    try:
        said = json.loads(_ask(PROMPT.format(title=picture.title, tone=tone)))
        picture.caption, picture.hashtags = said["caption"], said["hashtags"]
    except (ValueError, KeyError):
        picture.state = Picture.State.FAILED
        picture.save()
        raise
    picture.state = Picture.State.DONE
    picture.save()
    spend(picture.studio_id, settings.POINTS_PER_CAPTION, "caption")
    return picture


def introduce_album(album: Album) -> Album:
    """Write the introduction of an album, and charge its studio."""
    album.intro = _ask(f"Introduce the album {album.name} in one sentence.")
    album.wanted = False
    album.save()
    spend(album.studio_id, int(settings.POINTS_PER_ALBUM), "album")
    return album
