from django.urls import path
from notes import views

urlpatterns = [
    path("notes/", views.add),
    path("notes/<int:note>/shorten/", views.shorten),
    path("v2/headline", views.headline),
]
