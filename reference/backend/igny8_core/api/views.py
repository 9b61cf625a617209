"""What the views of all modules share: scoping to the account, lists, request bodies."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.views import APIView

from igny8_core.ai.registry import get_function
from igny8_core.ai.tasks import run_ai_task
from igny8_core.api.dispatch import send
from igny8_core.auth.permissions import AccountScopedMixin

M = TypeVar("M", bound=Model)

MAX_ID = 2**63 - 1


class TenantView(AccountScopedMixin, APIView):
    """A view over the caller's own rows."""

    def body(self) -> dict[str, Any]:
        if not isinstance(self.request.data, dict):
            raise ValidationError("The body must be a JSON object.")
        return self.request.data

    def own(self, model: type[M], pk: Any, field: str) -> M:
        """The caller's row with this id: 400 if the id is no id, 404 if there is no such row."""
        row = self.owned(model.objects.all()).filter(pk=row_id(pk, field)).first()
        if row is None:
            raise NotFound(f"There is no such {model._meta.verbose_name}.")
        return row

    def ids(self) -> list[int]:
        ids = self.body().get("ids")
        if not isinstance(ids, list) or not ids:
            raise ValidationError({"ids": ["A non-empty list of ids is required."]})
        return [row_id(pk, "ids") for pk in ids]

    def run_function(self, name: str, ids: list[int]) -> str:
        """Check a payload as the function will, and queue it; return the task's id."""
        payload = {"ids": ids}
        get_function(name).validate(payload, self.account)
        return send(run_ai_task, self.account, name, payload, self.account.pk)


class TenantListView(AccountScopedMixin, ListAPIView):
    """The caller's rows, oldest first; ?site_id= and ?status= narrow them where the model has these."""

    filters: tuple[str, ...] = ("site_id", "status")

    def get_queryset(self) -> QuerySet:
        rows = super().get_queryset().order_by("pk")
        for name in self.filters:
            value = self.request.query_params.get(name)
            if value is not None:
                rows = rows.filter(**{name: row_id(value, name) if name.endswith("_id") else value})
        return rows


def row_id(value: Any, field: str) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= MAX_ID:
        raise ValidationError({field: ["A valid id is required."]})
    return value
