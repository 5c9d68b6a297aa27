"""The pages of clients."""

from django.urls import URLPattern

routes: list[URLPattern] = []
