"""The admin of the peer: names with their therapist, searched by the beginning of a name, filtered as Kinfold is."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from import_export.admin import ImportExportModelAdmin
from import_export.resources import ModelResource

from .models import Client, Tag, Therapist


class ClientResource(ModelResource):
    """What an imported file holds; new people are told apart by their external ID."""

    class Meta:
        model = Client
        import_id_fields = ("external_id",)
        fields = ("first_name", "last_name", "email", "birth_date", "sex_at_birth", "external_id")


@admin.register(Client)
class ClientAdmin(ImportExportModelAdmin):
    """The list, kind to the peer: it fetches therapists with their clients instead of one by one."""

    resource_classes = [ClientResource]
    list_display = ["last_name", "first_name", "therapist", "external_id", "updated_at"]
    list_select_related = ["therapist"]
    list_per_page = 50
    list_filter = ["therapist", "tags"]
    actions = ["reassign"]
    search_fields = ["last_name__istartswith", "first_name__istartswith", "email__istartswith"]

    @admin.action(description="Give to the last therapist")
    def reassign(self, _request: HttpRequest, clients: QuerySet[Client, Any]) -> None:
        """Write another therapist into all that are ticked."""
        clients.update(therapist=Therapist.objects.latest("pk"))


admin.site.register([Tag, Therapist])
