from django.conf import settings
from django.db import models
class Organization(models.Model):
    title = models.CharField(max_length=40)
class Seat(models.Model):
    organization = models.ForeignKey(Organization, models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
class CreditEntry(models.Model):
    organization = models.ForeignKey(Organization, models.CASCADE)
    amount = models.IntegerField()
    kind = models.CharField(max_length=10, choices=[("purchase", "p"), ("charge", "c")])
class Draft(models.Model):
    organization = models.ForeignKey(Organization, models.CASCADE)
    topic = models.CharField(max_length=80)
    text = models.TextField(blank=True)
    state = models.CharField(max_length=8, default="new", choices=[("new", "n"), ("done", "d")])
