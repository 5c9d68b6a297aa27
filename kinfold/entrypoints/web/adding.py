"""Create New Clients: one person or many on one form (SPEC U29–U50)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import KeyReused, admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.commands.creating import CreateClients, create_clients
from kinfold.domain.clients.errors import LikelyDuplicates, Likeness
from kinfold.domain.clients.profile import Typed
from kinfold.domain.clients.queries.rules import GetClientRules, get_client_rules
from kinfold.domain.kernel.errors import InvalidInput

from . import pages
from .client_forms import LABELS, centuries_of, offered_tags, tags_of, therapists
from .people_forms import PeopleForm, Person

ADD = "pages/clients/add.html"
# What is said of somebody who looks like a client: another person, or the same one, who is not created again.
DIFFERENT, LEFT_OUT = "different", "same"


@require_http_methods(["GET", "POST"])
@pages.signed_in
def add(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Create New Clients."""
    admit(actor, Permission.CLIENTS_CREATE, "clients-add")
    form = PeopleForm(request.POST, LABELS, nothing_yet="No accounts were created yet.")
    if request.method == "GET" or form.changed_by_button(request.POST):
        return _page(request, actor, form)
    therapist = request.POST.get("therapist", "")
    chosen = {place: request.POST.get(f"p{place + 1}-same", "") for place in form.filled}
    places = [place for place in form.filled if chosen[place] != LEFT_OUT]
    if not places:
        pages.warn(request, "Nobody was created: they are all clients already.")
        return pages.see_other(_list_url(actor))
    try:
        create_clients(
            actor,
            CreateClients(
                people=tuple(_typed(form.people[place]) for place in places),
                therapist_id=pages.uuids([therapist])[0] if therapist else None,
                different=tuple(row for row, place in enumerate(places) if chosen[place] == DIFFERENT),
                send_codes=request.POST.get("send_codes") == "yes",
            ),
            once=pages.form_key(request),
        )
    except LikelyDuplicates as refused:
        duplicates = {places[found.row]: _duplicate(form, places, found) for found in refused.likenesses}
        return _page(request, actor, form, duplicates, status=refused.status)
    except (InvalidInput, KeyReused) as refused:
        form.refuse(refused, {"therapist_id": "therapist"}, places=places)
        return _page(request, actor, form, status=refused.status)
    pages.toast(request, "Success! Clients have been created!")
    return pages.see_other(_list_url(actor))


def _list_url(actor: Actor) -> str:
    return reverse("manage-clients") if actor.sees_clients else pages.home_url(actor)


def _typed(person: Person) -> Typed:
    return Typed(**{**person, "tags": tags_of(person["tags"])})  # type: ignore[arg-type]


def _page(
    request: HttpRequest,
    actor: Actor,
    form: PeopleForm,
    duplicates: Mapping[int, dict[str, str]] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    choices = therapists(actor)
    context: dict[str, Any] = {
        **form.context(),
        "duplicates": duplicates or {},
        # Whoever was decided about once need not be decided about again.
        "same": {
            place: chosen
            for place in range(len(form.people))
            if (chosen := request.POST.get(f"p{place + 1}-same", "")) in {DIFFERENT, LEFT_OUT}
        },
        "centuries": {
            place: meant
            for place, person in enumerate(form.people)
            if form.errors[place] and (meant := centuries_of(person["birth_date"]))
        },
        "sees_all": actor.may(Permission.CLIENTS_SEE_ALL),
        "therapists": choices,
        "therapist": request.POST.get("therapist", choices[0][0] if _only_own(actor, choices) else ""),
        "all_tags": offered_tags(actor),
        "email_optional": get_client_rules(actor, GetClientRules()).email_optional,
        "may_import": actor.may(Permission.CLIENTS_IMPORT),
        "may_send_codes": actor.may(Permission.CLIENTS_REGISTER),
        "send_codes": request.POST.get("send_codes") == "yes",
    }
    return pages.page(request, ADD, context, status=status)


def _duplicate(form: PeopleForm, places: Sequence[int], found: Likeness) -> dict[str, str]:
    """A likely duplicate, with links to the person on this form and to the client they look like."""
    whom = found.name if found.other_row is None else f"person {places[found.other_row] + 1} here"
    sentence = f"looks like {whom}: {found.reason[:1].lower()}{found.reason[1:]}."
    opens = reverse("client", kwargs={"client_id": found.client_id}) if found.client_id else ""
    place = places[found.row]
    return {
        "text": form.about(place, sentence),
        "own": f"{sentence[:1].upper()}{sentence[1:]}",
        "href": f"#p{place + 1}",
        "opens": opens,
    }


def _only_own(actor: Actor, choices: list[tuple[UUID, str]]) -> bool:
    """Whether the only therapist this person may name is themselves."""
    return bool(choices) and not actor.may(Permission.CLIENTS_ASSIGN)


routes = [path("manage/clients/add/", add, name="clients-add")]
