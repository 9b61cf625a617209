from django.conf import settings
from django.db import models


class Note(models.Model):
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    text = models.TextField()
    short = models.TextField(blank=True)
