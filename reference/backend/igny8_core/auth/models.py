"""Tenants: an account owns users, sites, and everything made for its sites."""

from __future__ import annotations

import hashlib
import secrets
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from igny8_core import columns


class Account(models.Model):
    """A customer. `credits` is the balance that every operation draws on."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        SUSPENDED = "suspended"

    name = models.CharField(max_length=255)
    owner_email = models.EmailField(default="", db_default="", blank=True)
    credits = columns.integer()
    status = columns.choice(Status, Status.ACTIVE)
    created_at = columns.created()
    updated_at = columns.updated()

    class Meta:
        db_table = "igny8_accounts"

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.status == self.Status.ACTIVE


class TenantModel(models.Model):
    """A row that belongs to one account and is invisible to every other."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    created_at = columns.created()
    updated_at = columns.updated()

    class Meta:
        abstract = True


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, account: Account | None = None, password: str | None = None) -> User:
        """Make a user; without a password the user can act through API tokens only."""
        user = self.model(email=self.normalize_email(email), account=account)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person. Platform staff have no account and therefore no access to tenant endpoints."""

    email = models.EmailField(unique=True)
    full_name = columns.string()
    password = columns.string(128, default="!")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, blank=True, related_name="users")
    is_active = columns.flag(True)
    created_at = columns.created()

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        db_table = "igny8_users"


class Site(TenantModel):
    """A website that content is planned for, and the WordPress credentials to publish there."""

    name = models.CharField(max_length=255)
    domain = columns.string()
    wp_url = columns.string()
    wp_username = columns.string()
    wp_app_password = columns.string()
    is_active = columns.flag(True)

    class Meta:
        db_table = "igny8_sites"

    def __str__(self) -> str:
        return self.name


class Sector(TenantModel):
    """A subject area of a site."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="sectors")
    name = models.CharField(max_length=255)

    class Meta:
        db_table = "igny8_sectors"

    def __str__(self) -> str:
        return self.name


class ApiToken(models.Model):
    """A bearer token, stored as its SHA-256 only."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = columns.string()
    key_sha256 = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked = columns.flag(False)
    created_at = columns.created()

    class Meta:
        db_table = "igny8_api_tokens"

    @classmethod
    def issue(cls, user: User, name: str = "") -> tuple[ApiToken, str]:
        """Make a token and return it with its secret, which cannot be read again."""
        secret = f"igny8_{secrets.token_urlsafe(32)}"
        return cls.objects.create(user=user, name=name, key_sha256=cls.digest(secret)), secret

    @staticmethod
    def digest(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()

    @property
    def is_usable(self) -> bool:
        return not self.revoked and (self.expires_at is None or self.expires_at > timezone.now())
