"""The pages of team."""

from django.urls import URLPattern

routes: list[URLPattern] = []
