"""The pages of demo."""

from django.urls import URLPattern

routes: list[URLPattern] = []
