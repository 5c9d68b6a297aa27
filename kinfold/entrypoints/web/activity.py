"""The pages of activity."""

from django.urls import URLPattern

routes: list[URLPattern] = []
