"""What Django REST framework says of a route."""

from __future__ import annotations

import pytest

from tests.backend.look.conftest import SETTINGS, looked, write

URLS = """
from django.urls import include, path
from rest_framework import pagination, permissions, viewsets
from rest_framework.decorators import action, api_view, permission_classes
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

class Owner(permissions.BasePermission): ...
class Pages(pagination.CursorPagination): ...

class Orders(viewsets.ModelViewSet):
    permission_classes = [permissions.IsAuthenticated & (Owner | ~permissions.IsAdminUser)]
    pagination_class = Pages
    @action(detail=True, methods=["post", "delete"], permission_classes=[Owner], authentication_classes=[])
    def pay(self, request, pk): ...
    @pay.mapping.get
    def payment(self, request, pk): ...

class Decides(viewsets.ViewSet):
    def get_permissions(self): return []
    def list(self, request): ...

class Balance(APIView):
    http_method_names = ["get", "post"]
    def get(self, request): ...
    def post(self, request): ...
    def delete(self, request): ...

@api_view(["GET", "PUT"])
@permission_classes([permissions.AllowAny])
def free(request): ...

router = SimpleRouter()
router.register("orders", Orders, basename="order")
urlpatterns = [
    path("api/", include(router.urls)),
    path("decides/", Decides.as_view({"get": "list"})),
    path("balance/", Balance.as_view()),
    path("free/", free),
]
"""


@pytest.fixture(scope="module")
def routes(tmp_path_factory):
    files = {"shop/settings.py": SETTINGS + "INSTALLED_APPS = ['rest_framework']", "shop/urls.py": URLS}
    look = looked(write(tmp_path_factory.mktemp("rest") / "target", files))
    return {one.template: one for one in look.django.routes}


def test_a_viewset_is_its_actions(routes):
    """Claim: each route with the function of every method."""
    assert routes["/api/orders/"].actions == {"GET": "list", "POST": "create"}
    assert routes["/api/orders/{pk}/"].methods == ("DELETE", "GET", "PATCH", "PUT")
    assert routes["/api/orders/{pk}/pay/"].actions == {"DELETE": "pay", "GET": "payment", "POST": "pay"}
    assert routes["/api/orders/{pk}/pay/"].name == "order-pay"


def test_an_action_asks_what_it_says_itself(routes):
    """Claim: an action's own classes stand in place of the viewset's; operators of permissions are shown."""
    assert routes["/api/orders/{pk}/pay/"].permissions == ("shop.urls.Owner",)
    assert routes["/api/orders/{pk}/pay/"].authentication == ()
    assert routes["/api/orders/"].permissions == (
        "(rest_framework.permissions.IsAuthenticated & (shop.urls.Owner | ~rest_framework.permissions.IsAdminUser))",
    )
    assert routes["/api/orders/"].authentication == (
        "rest_framework.authentication.SessionAuthentication",
        "rest_framework.authentication.BasicAuthentication",
    )
    assert routes["/api/orders/"].pagination == "shop.urls.Pages"


def test_views_and_functions(routes):
    """Claim: http_method_names binds; a function keeps its name; what is decided for each request is said to be."""
    assert routes["/balance/"].methods == ("GET", "POST")
    assert (routes["/free/"].methods, routes["/free/"].view) == (("GET", "PUT"), "shop.urls.free")
    assert routes["/free/"].permissions == ("rest_framework.permissions.AllowAny",)
    assert routes["/decides/"].decided_in_code == ("permissions",)
    assert routes["/balance/"].decided_in_code == ()
    assert all(one.own for one in routes.values())
