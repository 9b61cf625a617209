from django.db import models


class Picture(models.Model):
    class State(models.TextChoices):
        NEW = "new", "New"
        WORKING = "working", "Working"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    studio = models.ForeignKey("studios.Studio", on_delete=models.CASCADE)
    title = models.CharField(max_length=120)
    state = models.CharField(max_length=8, choices=State.choices, default=State.NEW)
    caption = models.TextField(blank=True)
    hashtags = models.JSONField(default=list)


class Album(models.Model):
    studio = models.ForeignKey("studios.Studio", on_delete=models.CASCADE)
    name = models.CharField(max_length=80)
    pictures = models.ManyToManyField(Picture)
    intro = models.TextField(blank=True)
    wanted = models.BooleanField(default=False)
