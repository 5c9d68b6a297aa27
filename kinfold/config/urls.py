"""Every address of the installation. The only place that knows all surfaces."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("kinfold.entrypoints.web.urls")),
]
