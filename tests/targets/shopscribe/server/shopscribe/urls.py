from django.urls import include, path
from rest_framework.routers import DefaultRouter

from catalog.api import CampaignViewSet, OrderViewSet, ProductViewSet
from till.api import BalanceView, DepositView, StatementViewSet

router = DefaultRouter()
router.register('products', ProductViewSet)
router.register('orders', OrderViewSet)
router.register('campaigns', CampaignViewSet)
router.register('statement', StatementViewSet, basename='statement')

urlpatterns = [
    path('api/balance/', BalanceView.as_view()),
    path('api/deposits/', DepositView.as_view()),
    path('api/', include(router.urls)),
]
