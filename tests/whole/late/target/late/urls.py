from django.urls import path

from late.views import do

urlpatterns = [path("do/<str:what>/", do)]
