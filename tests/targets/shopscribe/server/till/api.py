import hashlib
import hmac

from django.conf import settings
from django.db import transaction
from rest_framework import serializers, status, viewsets
from rest_framework.exceptions import APIException, PermissionDenied
from rest_framework.response import Response
from rest_framework.views import APIView

from till import ledger
from till.models import Deposit, Statement


class PaymentRequired(APIException):
    status_code = status.HTTP_402_PAYMENT_REQUIRED
    default_detail = 'balance too low'
    default_code = 'balance_too_low'


class StatementSerializer(serializers.ModelSerializer):
    class Meta:
        model = Statement
        fields = ['entry_id', 'booked_at', 'kind', 'delta', 'balance', 'order_id', 'operation', 'memo']


class StatementViewSet(viewsets.ReadOnlyModelViewSet):
    queryset = Statement.objects.all()
    serializer_class = StatementSerializer


class BalanceView(APIView):
    def get(self, request):
        return Response({'cents': ledger.balance()})


class DepositSerializer(serializers.ModelSerializer):
    class Meta:
        model = Deposit
        fields = ['reference', 'cents']
        extra_kwargs = {'reference': {'validators': []}, 'cents': {'min_value': 1}}


class DepositView(APIView):
    """The bank has no key but signs what it sends."""

    authentication_classes = []
    permission_classes = []

    def post(self, request):
        mark = hmac.new(settings.DEPOSIT_SECRET.encode(), request._request.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(request.headers.get('X-Signature-256', ''), f'sha256={mark}'):
            raise PermissionDenied('signature')
        told = DepositSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        with transaction.atomic():
            row, fresh = Deposit.objects.get_or_create(
                reference=told.validated_data['reference'], defaults={'cents': told.validated_data['cents']})
            if fresh:
                ledger.deposit(row.cents, row.reference)
        return Response({'cents': ledger.balance()}, status=201 if fresh else 200)
