"""Routes of signing in that allauth does not bring."""

from django.urls import URLPattern

routes: list[URLPattern] = []
