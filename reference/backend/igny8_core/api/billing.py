"""Billing page: the balance and the two halves of the ledger."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.responses import ok
from igny8_core.api.views import TenantListView, TenantView
from igny8_core.business.billing.models import CreditTransaction, CreditUsageLog
from igny8_core.business.billing.services.credit_service import CreditService


class UsageSerializer(serializers.ModelSerializer):
    class Meta:
        model = CreditUsageLog
        fields = [
            "id",
            "operation_type",
            "credits_used",
            "cost_usd",
            "model_used",
            "tokens_input",
            "tokens_output",
            "related_object_type",
            "related_object_id",
            "metadata",
            "created_at",
        ]


class TransactionSerializer(serializers.ModelSerializer):
    class Meta:
        model = CreditTransaction
        fields = [
            "id",
            "transaction_type",
            "credits_amount",
            "balance_after",
            "description",
            "metadata",
            "created_at",
        ]


class Balance(TenantView):
    def get(self, request: Request) -> Response:
        return ok({"credits": CreditService.get_balance(self.account)})


class UsageList(TenantListView):
    queryset = CreditUsageLog.objects.all()
    serializer_class = UsageSerializer
    filters = ("operation_type",)


class TransactionList(TenantListView):
    queryset = CreditTransaction.objects.all()
    serializer_class = TransactionSerializer
    filters = ("transaction_type",)
