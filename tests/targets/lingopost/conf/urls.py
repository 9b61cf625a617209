from django.http import HttpResponse
from django.urls import include, path

from desk import views
from purse import hooks

urlpatterns = [
    path("healthz", lambda request: HttpResponse("ok", content_type="text/plain")),
    path("session/", views.session),
    path("hooks/payments/", hooks.payments),
    path(
        "w/<uuid:workspace>/",
        include(
            [
                path("wallet/", views.wallet),
                path("wallet/movements/", views.movements),
                path("translations/", views.translations),
                path("transcripts/", views.transcripts),
                path("transcripts/<uuid:transcript>/summary/", views.summary),
                path("transcripts/<uuid:transcript>/glossary/", views.glossary),
                path("transcripts/<uuid:transcript>/polish/", views.polish),
                path("jobs/<uuid:job>/", views.job),
            ]
        ),
    ),
]
