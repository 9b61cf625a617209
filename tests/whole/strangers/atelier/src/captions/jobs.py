from config.queue import app

from captions import services
from captions.models import Album


@app.task(name="captions.caption", bind=True, max_retries=2)
def caption(self, picture_id, *, tone="plain"):
    services.caption_picture(picture_id, tone=tone)


@app.task(name="captions.albums")
def albums():
    for album in Album.objects.filter(wanted=True):
        services.introduce_album(album)
