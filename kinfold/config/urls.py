"""Every address of the installation. The only place that knows all surfaces."""

from __future__ import annotations

from django.urls import include, path

from kinfold.entrypoints.rest.api import api

urlpatterns = [
    path("api/", include("kinfold.entrypoints.rest.urls")),
    path("api/v1/", api.urls),
    path("", include("kinfold.entrypoints.web.urls")),
]

handler400 = "kinfold.config.answers.bad_request"
handler403 = "kinfold.config.answers.forbidden"
handler404 = "kinfold.config.answers.not_found"
handler500 = "kinfold.config.answers.server_error"
