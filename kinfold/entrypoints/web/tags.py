"""The practice's tags in Settings: how many clients have each, other names for them, two made one, and deleting."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.clients.commands.tidying_tags import DeleteTag, RenameTag, delete_tag, rename_tag
from kinfold.domain.clients.errors import TagExists
from kinfold.domain.clients.profile import TAG_LENGTH
from kinfold.domain.clients.queries.tags import ListTagUse, list_tag_use
from kinfold.domain.kernel.errors import DomainError, InvalidInput

from . import pages

TAGS = "pages/settings/tags.html"


@require_GET
@pages.signed_in
def tags(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All tags."""
    return _page(request, actor)


@require_POST
@pages.signed_in
def find(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The tags that begin with what was typed, which stays out of addresses."""
    return _page(request, actor, typed=request.POST.get("q", "")[:TAG_LENGTH])


@require_POST
@pages.signed_in
def rename(request: HttpRequest, actor: Actor, tag_id: UUID) -> HttpResponse:
    """Another name; when a tag has it already, it is asked whether the two become one."""
    name, merge = request.POST.get("name", ""), request.POST.get("merge") == "yes"
    try:
        rename_tag(actor, RenameTag(tag_id=tag_id, name=name, merge=merge), once=pages.form_key(request))
    except (InvalidInput, TagExists) as refused:
        return _page(request, actor, about=tag_id, name=name, refused=refused)
    pages.toast(request, "The two tags are one now." if merge else "The tag is renamed.")
    return pages.see_other(reverse("tags"))


@require_POST
@pages.signed_in
def delete(request: HttpRequest, actor: Actor, tag_id: UUID) -> HttpResponse:
    """Off everybody, and away."""
    delete_tag(actor, DeleteTag(tag_id=tag_id), once=pages.form_key(request))
    pages.toast(request, "The tag is deleted.")
    return pages.see_other(reverse("tags"))


def _page(
    request: HttpRequest,
    actor: Actor,
    *,
    typed: str = "",
    about: UUID | None = None,
    name: str = "",
    refused: DomainError | None = None,
) -> HttpResponse:
    found = list_tag_use(actor, ListTagUse(beginning=typed))
    context = {
        "tabs": pages.settings_tabs(actor, "tags"),
        "rows": found.rows,
        "total": found.total,
        "typed": typed,
        "about": about,
        "name": name,
        "problem": pages.sentence(refused) if refused else "",
        "exists": isinstance(refused, TagExists),
    }
    return pages.page(request, TAGS, context, status=refused.status if refused else 200)


routes = [
    path("settings/tags/", tags, name="tags"),
    path("settings/tags/find/", find, name="tags-search"),
    path("settings/tags/<uuid:tag_id>/rename/", rename, name="tag-rename"),
    path("settings/tags/<uuid:tag_id>/delete/", delete, name="tag-delete"),
]
