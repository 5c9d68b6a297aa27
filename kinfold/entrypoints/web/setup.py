"""The pages of setup."""

from django.urls import URLPattern

routes: list[URLPattern] = []
