"""The pages of settings."""

from django.urls import URLPattern

routes: list[URLPattern] = []
