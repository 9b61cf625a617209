"""Who may call, and what they see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from igny8_core.auth.models import Account

if TYPE_CHECKING:
    from rest_framework.views import APIView


class HasAccount(BasePermission):
    """The user is known and belongs to an account."""

    message = "This user does not belong to an account."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.user is not None and request.user.account_id is not None


class AccountScopedMixin:
    """Narrows every query of a view to the caller's account: rows of others do not exist for it."""

    request: Request

    @property
    def account(self) -> Account:
        return self.request.user.account

    def owned(self, queryset: QuerySet) -> QuerySet:
        return queryset.filter(account_id=self.request.user.account_id)

    def get_queryset(self) -> QuerySet:
        return self.owned(super().get_queryset())
