import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class People(BaseUserManager):
    def create_user(self, email, password=None):
        person = self.model(email=email)
        person.set_password(password)
        person.save()
        return person


class Person(AbstractBaseUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = models.EmailField(unique=True)
    active = models.BooleanField(default=True)
    USERNAME_FIELD = "email"
    objects = People()

    @property
    def is_active(self):
        return self.active


class Studio(models.Model):
    slug = models.SlugField(unique=True)
    plan = models.CharField(max_length=10, choices=[("solo", "Solo"), ("team", "Team")], default="solo")
    people = models.ManyToManyField(Person, through="Membership")


class Membership(models.Model):
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    studio = models.ForeignKey(Studio, on_delete=models.CASCADE)
    role = models.CharField(max_length=10, choices=[("owner", "Owner"), ("guest", "Guest")], default="guest")
