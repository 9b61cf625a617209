from django.urls import path

from captions.views import CaptionView, PicturesView
urlpatterns = [path("captions", CaptionView.as_view()), path("pictures", PicturesView.as_view())]
