from django.urls import path, include
from rest_framework.routers import SimpleRouter
from shop.api import Drafts
r = SimpleRouter(); r.register("drafts", Drafts)
urlpatterns = [path("api/", include(r.urls))]
