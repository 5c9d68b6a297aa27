"""The description of the API, for programs and for people."""

from __future__ import annotations

from django.urls import path

from . import docs

urlpatterns = [
    path("openapi.json", docs.openapi, name="openapi"),
    path("docs/", docs.readable, name="api-docs"),
]
