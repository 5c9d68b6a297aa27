"""The pages of imports."""

from django.urls import URLPattern

routes: list[URLPattern] = []
