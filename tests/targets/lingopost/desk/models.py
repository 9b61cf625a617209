import uuid

from django.conf import settings
from django.db import models


class Workspace(models.Model):
    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    language = models.CharField(max_length=5, default="EN")
    nightly_digest = models.BooleanField(default=False)
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership")
    opened = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "lp_workspaces"


class Membership(models.Model):
    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    may_spend = models.BooleanField(default=True)

    class Meta:
        db_table = "lp_people_in_workspaces"
        unique_together = [("workspace", "person")]


class Transcript(models.Model):
    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="transcripts")
    title = models.CharField(max_length=200)
    body = models.TextField()
    held_on = models.DateField()
    added = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "lp_transcripts"

    @property
    def words(self):
        return len(self.body.split())


class Job(models.Model):
    WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
    STATES = [(state, state) for state in (WAITING, RUNNING, DONE, FAILED)]

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="jobs")
    transcript = models.ForeignKey(Transcript, models.SET_NULL, null=True)
    operation = models.CharField(max_length=20)
    given = models.TextField(blank=True)
    target = models.CharField(max_length=5, blank=True)
    state = models.CharField(max_length=8, choices=STATES, default=WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    output = models.JSONField(null=True)
    trouble = models.CharField(max_length=300, blank=True)
    not_before = models.DateTimeField(null=True)
    ordered = models.DateTimeField(auto_now_add=True)
    ended = models.DateTimeField(null=True)

    class Meta:
        db_table = "lp_work"

    @property
    def dedupe(self):
        return f"job:{self.uuid}"
