from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models


class Person(AbstractBaseUser):
    handle = models.CharField(max_length=30, unique=True)
    minutes_remaining = models.DecimalField(max_digits=8, decimal_places=2, default=0)
    objects = BaseUserManager()
    USERNAME_FIELD = "handle"


class AccessToken(models.Model):
    person = models.ForeignKey(Person, models.CASCADE, related_name="tokens")
    secret = models.CharField(max_length=40, unique=True)
    dead = models.BooleanField(default=False)


class MinuteBooking(models.Model):
    person = models.ForeignKey(Person, models.PROTECT, related_name="bookings")
    minutes = models.DecimalField(max_digits=8, decimal_places=2)
    reason = models.CharField(max_length=20)
    booked = models.DateTimeField(auto_now_add=True)
