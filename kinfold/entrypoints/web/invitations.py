"""The pages of invitations."""

from django.urls import URLPattern

routes: list[URLPattern] = []
