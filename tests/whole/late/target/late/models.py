from django.db import models


class Thing(models.Model):
    """What was done, in the order in which it was."""

    said = models.CharField(max_length=40)
