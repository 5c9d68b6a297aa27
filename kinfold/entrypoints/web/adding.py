"""Create New Clients: one person or many on one form (SPEC U29–U50).

Without a script the same buttons add and take away people on the server, with everything typed kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
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
from .client_forms import LABELS, offered_tags, tags_of, therapists

ADD = "pages/clients/add.html"
MOST = 50
ADD_MORE = ("1", "5", "10", "15")
ALREADY_SENT = (
    "This form was sent before, with something else in it. Look at the list of clients, then send it again."
)

Person = dict[str, str]


@require_http_methods(["GET", "POST"])
@pages.signed_in
def add(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Create New Clients."""
    admit(actor, Permission.CLIENTS_CREATE, "clients-add")
    if request.method == "GET":
        return _form(request, actor, [_blank()])
    people = _people(request.POST)
    if "more" in request.POST:
        wanted = request.POST["more"]
        people += [_blank() for _ in range(int(wanted) if wanted in ADD_MORE else 0)]
        return _form(request, actor, people[: max(MOST, len(_people(request.POST)))])
    if "remove" in request.POST:
        return _form(request, actor, _without(people, request.POST["remove"]))
    return _create(request, actor, people)


def _create(request: HttpRequest, actor: Actor, people: list[Person]) -> HttpResponse:
    # Rows that were added and left empty are nobody; when all are empty, the first one says what is missing.
    filled = [place for place, person in enumerate(people) if any(person.values())] or [0]
    therapist = request.POST.get("therapist", "")
    try:
        create_clients(
            actor,
            CreateClients(
                people=tuple(_typed(people[place]) for place in filled),
                therapist_id=pages.uuids([therapist])[0] if therapist else None,
                accept_duplicates=request.POST.get("confirm_duplicates") == "yes",
            ),
            once=pages.form_key(request),
        )
    except (InvalidInput, KeyReused) as refused:
        return _form(request, actor, people, refused, filled)
    pages.toast(request, "Success! Clients have been created!")
    return pages.see_other(reverse("manage-clients") if actor.sees_clients else pages.home_url(actor))


def _people(posted: QueryDict) -> list[Person]:
    """The people of the form, as typed; each field comes once for each of them, in order."""
    columns = {field: posted.getlist(field) for field in LABELS}
    count = max(map(len, columns.values()))
    return [
        {field: column[place] if place < len(column) else "" for field, column in columns.items()}
        for place in range(count)
    ] or [_blank()]


def _blank() -> Person:
    return dict.fromkeys(LABELS, "")


def _without(people: list[Person], number: str) -> list[Person]:
    place = int(number) - 1 if number.isascii() and number.isdecimal() and len(number) < 4 else -1
    return [person for at, person in enumerate(people) if at != place] or [_blank()]


def _typed(person: Person) -> Typed:
    return Typed(**{**person, "tags": tags_of(person["tags"])})  # type: ignore[arg-type]


def _form(
    request: HttpRequest,
    actor: Actor,
    people: list[Person],
    refused: InvalidInput | KeyReused | None = None,
    filled: Sequence[int] = (),
) -> HttpResponse:
    problems = _Problems(people, refused, filled)
    choices = therapists(actor)
    context: dict[str, Any] = {
        "people": [
            {"values": person, "errors": errors}
            for person, errors in zip(people, problems.errors, strict=True)
        ],
        "problem": problems.title,
        "problems": problems.summary,
        "duplicates": problems.duplicates,
        "therapists": choices,
        "therapist": request.POST.get("therapist", choices[0][0] if _only_own(actor, choices) else ""),
        "all_tags": offered_tags(actor),
        "most": MOST,
        "email_optional": get_client_rules(actor, GetClientRules()).email_optional,
        "may_import": actor.may(Permission.CLIENTS_IMPORT),
    }
    return pages.page(request, ADD, context, status=refused.status if refused else 200)


class _Problems:
    """What is wrong, beside each field and as one list of links at the top, by the numbers people see."""

    def __init__(
        self, people: list[Person], refused: InvalidInput | KeyReused | None, filled: Sequence[int]
    ) -> None:
        self.names = [_name(person) for person in people]
        self.errors: list[dict[str, str]] = [{} for _ in people]
        self.duplicates: list[dict[str, str]] = []
        self.summary: list[dict[str, str]] = []
        self.title = ""
        if isinstance(refused, LikelyDuplicates):
            self.duplicates = [self._duplicate(found, filled) for found in refused.likenesses]
        elif isinstance(refused, InvalidInput):
            self._sort_out(refused, filled)
        elif refused is not None:
            self.title = "No accounts were created yet."
            self.summary = [{"text": ALREADY_SENT, "href": ""}]

    def _sort_out(self, refused: InvalidInput, filled: Sequence[int]) -> None:
        for problem in refused.problems:
            if problem.row is None:
                field = "therapist" if problem.field == "therapist_id" else problem.field
                self.summary.append({"text": problem.message, "href": f"#f-{field}"})
            else:
                self.errors[filled[problem.row]].setdefault(problem.field, problem.message)
        for place, wrong in enumerate(self.errors):
            for field in LABELS:
                if field in wrong:
                    href = f"#p{place + 1}-{field}"
                    self.summary.append({"text": self._about(place, wrong[field]), "href": href})
        count = sum(map(bool, self.errors))
        self.title = "No accounts were created yet."
        if count:
            needs = "person needs" if len(filled) == 1 else "people needs" if count == 1 else "people need"
            self.title += f" {count} of {len(filled)} {needs} attention."

    def _duplicate(self, found: Likeness, filled: Sequence[int]) -> dict[str, str]:
        whom = found.name if found.other_row is None else f"person {filled[found.other_row] + 1} here"
        sentence = f"looks like {whom}: {found.reason[:1].lower()}{found.reason[1:]}."
        opens = reverse("client", kwargs={"client_id": found.client_id}) if found.client_id else ""
        place = filled[found.row]
        return {"text": self._about(place, sentence), "href": f"#p{place + 1}", "opens": opens}

    def _about(self, place: int, sentence: str) -> str:
        name = self.names[place]
        return f"{place + 1}. {name}: {sentence}" if name else f"{place + 1}. {sentence}"


def _name(person: Person) -> str:
    return f"{person['first_name']} {person['last_name']}".strip()


def _only_own(actor: Actor, choices: list[tuple[UUID, str]]) -> bool:
    """Whether the only therapist this person may name is themselves."""
    return bool(choices) and not actor.may(Permission.CLIENTS_ASSIGN)


routes = [path("manage/clients/add/", add, name="clients-add")]
