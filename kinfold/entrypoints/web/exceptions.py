"""One person's exceptions: what they may or may not do whatever their roles say."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from kinfold.domain.access.actors import Actor
from kinfold.domain.clients.queries.effects import PreviewMemberOverrides, preview_member_overrides
from kinfold.domain.kernel.errors import Conflict, DomainError, InvalidInput
from kinfold.domain.team.commands.overrides import SetMemberOverrides, set_member_overrides
from kinfold.domain.team.errors import AboveOwnRights
from kinfold.domain.team.queries.overrides import (
    GetOverrides,
    MemberOverrides,
    TryOverrides,
    get_overrides,
    try_overrides,
)

from . import feature_forms, pages
from .identity.gates import confirmed

EXCEPTIONS = "pages/team/exceptions.html"


@require_http_methods(["GET", "POST"])
@pages.signed_in
def exceptions(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """What is on or off for one person. Saving shows first what it would do."""
    now = get_overrides(actor, GetOverrides(member_id=member_id))
    if request.method == "GET":
        return _page(request, actor, now, now.overrides)
    overrides, do = feature_forms.decisions(request), request.POST.get("do", "")
    if do not in ("save", "confirm"):
        return _page(request, actor, now, overrides)
    try:
        effect = preview_member_overrides(
            actor, PreviewMemberOverrides(member_id=member_id, overrides=overrides)
        )
    except (InvalidInput, Conflict, AboveOwnRights) as refused:
        return _page(request, actor, now, overrides, refused=refused)
    if do == "save" and (effect.people or effect.loses_own):
        trail = (("Team", reverse("team")), (now.name, _address(member_id)))
        return feature_forms.effect_page(
            request, effect, trail=trail, lede=f"These are exceptions for {now.name}."
        )
    return _save(request, actor, now)


@confirmed
def _save(request: HttpRequest, actor: Actor, now: MemberOverrides) -> HttpResponse:
    overrides = feature_forms.decisions(request)
    data = SetMemberOverrides(
        member_id=now.member_id,
        version=pages.version(request),
        overrides=overrides,
        accept_own_loss=request.POST.get("accept_own_loss") == "yes",
    )
    try:
        set_member_overrides(actor, data, once=pages.form_key(request))
    except (InvalidInput, Conflict, AboveOwnRights) as refused:
        return _page(request, actor, now, overrides, refused=refused)
    pages.toast(request, "The exceptions are saved. They count from the next page on.")
    oneself = now.member_id == actor.member_id
    return pages.see_other(reverse("home") if oneself else _address(now.member_id))


def _page(
    request: HttpRequest,
    actor: Actor,
    now: MemberOverrides,
    overrides: Mapping[str, bool],
    *,
    refused: DomainError | None = None,
) -> HttpResponse:
    tried = try_overrides(actor, TryOverrides(member_id=now.member_id, overrides=overrides))
    context = {
        "member": now,
        "groups": feature_forms.grouped(actor, tried.features),
        "decided": len(overrides),
        "abilities": tried.abilities,
        "readonly": not now.changeable,
        "problem": feature_forms.sentence(refused) if refused else "",
        "unsaved": request.method == "POST",
    }
    block = "trial" if request.headers.get("HX-Request") and not refused else None
    status = refused.status if refused else HTTPStatus.OK
    return pages.page(request, EXCEPTIONS, context, status=status, block=block)


def _address(member_id: UUID) -> str:
    return reverse("member", kwargs={"member_id": member_id})


routes = [
    path("manage/team/<uuid:member_id>/permissions/", exceptions, name="member-permissions"),
]
