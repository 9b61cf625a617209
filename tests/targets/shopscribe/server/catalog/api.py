import json

from django.conf import settings
from django.db import transaction
from django.http import StreamingHttpResponse
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from catalog import studio, tasks
from catalog.models import Campaign, Order, Product
from till import ledger
from till.api import PaymentRequired


class ProductSerializer(serializers.ModelSerializer):
    class Meta:
        model = Product
        fields = ['id', 'sku', 'sku_key', 'name', 'facts', 'tags', 'description', 'described_at']
        read_only_fields = ['sku_key', 'tags', 'description', 'described_at']


class OrderSerializer(serializers.ModelSerializer):
    status = serializers.CharField(source='get_status_display')

    class Meta:
        model = Order
        fields = ['id', 'operation', 'status', 'product', 'wanted', 'outcome', 'created_at']


class PicturesSerializer(serializers.Serializer):
    size = serializers.ChoiceField(['512', '1024'], default='1024')
    count = serializers.IntegerField(min_value=1, max_value=4, default=1)


class CampaignSerializer(serializers.ModelSerializer):
    products = serializers.PrimaryKeyRelatedField(many=True, queryset=Product.objects.all(), allow_empty=False)
    teasers = serializers.SerializerMethodField()
    order = OrderSerializer(read_only=True)

    class Meta:
        model = Campaign
        fields = ['id', 'angle', 'products', 'order', 'teasers']

    def get_teasers(self, campaign):
        return {teaser.product_id: teaser.text for teaser in campaign.teasers.all()}


def sse(pieces):
    try:
        for piece in pieces:
            yield f'data: {json.dumps({"text": piece})}\n\n'
    except (*studio.TROUBLE, ledger.BalanceTooLow) as exc:
        yield f'event: failed\ndata: {json.dumps({"error": type(exc).__name__})}\n\n'
    else:
        yield 'event: done\ndata: {}\n\n'


class ProductViewSet(viewsets.ModelViewSet):
    queryset = Product.objects.all()
    serializer_class = ProductSerializer

    @action(detail=True, methods=['post'])
    def describe(self, request, pk=None):
        product = self.get_object()
        if ledger.balance() < settings.PRICES['describe']['least']:
            raise PaymentRequired
        return StreamingHttpResponse(sse(studio.describe(product)), content_type='text/event-stream')

    @action(detail=True, methods=['post'])
    def pictures(self, request, pk=None):
        wanted = PicturesSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        try:
            with transaction.atomic():
                order = studio.order_pictures(self.get_object(), **wanted.validated_data)
                transaction.on_commit(lambda: tasks.draw.delay(order.pk))
        except ledger.BalanceTooLow:
            raise PaymentRequired from None
        return Response(OrderSerializer(order).data, status=202)


class OrderViewSet(viewsets.ReadOnlyModelViewSet):
    queryset = Order.objects.all()
    serializer_class = OrderSerializer


class CampaignViewSet(mixins.CreateModelMixin, viewsets.ReadOnlyModelViewSet):
    queryset = Campaign.objects.select_related('order').prefetch_related('teasers', 'products')
    serializer_class = CampaignSerializer

    def perform_create(self, serializer):
        if ledger.balance() < ledger.campaign_price(len(serializer.validated_data['products'])):
            raise PaymentRequired
        with transaction.atomic():
            campaign = serializer.save(order=Order.objects.create(operation=Order.Operation.CAMPAIGN))
            transaction.on_commit(lambda: tasks.launch(campaign))
