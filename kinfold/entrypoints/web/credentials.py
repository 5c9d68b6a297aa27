"""Licenses and other credentials: a member's, for those who keep them, and one's own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.credentials.commands.exceptions import (
    AllowNewClients,
    EndException,
    allow_new_clients,
    end_exception,
)
from kinfold.domain.credentials.commands.keeping import (
    AddCredential,
    RecordDegree,
    RecordNpi,
    RemoveCredential,
    ReplaceCredential,
    add_credential,
    record_degree,
    record_npi,
    remove_credential,
    replace_credential,
)
from kinfold.domain.credentials.queries.records import (
    CredentialRecord,
    CredentialRow,
    FindCredential,
    GetCredentials,
    GetOwnCredentials,
    find_credential,
    get_credentials,
    get_own_credentials,
)
from kinfold.domain.credentials.regions import LICENCE_TYPES, REGIONS
from kinfold.domain.kernel.errors import Conflict, InvalidInput, NotFound

from . import pages
from .jinja import day, full_day

RECORD = "pages/credentials/record.html"
FORM = "pages/credentials/form.html"
OWN = "pages/credentials/own.html"
CATEGORIES = ("licence", "malpractice")
FIELDS = ("title", "region", "number", "issued_on", "expires_on")
DEGREES = {"bachelors": "Bachelor's", "masters": "Master's", "doctoral": "Doctoral", "none": "None of these"}


@require_GET
@pages.signed_in
def record(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """What is on record about a member."""
    return _record_page(request, actor, get_credentials(actor, GetCredentials(member_id=member_id)))


@require_GET
@pages.signed_in
def own(request: HttpRequest, actor: Actor) -> HttpResponse:
    """One's own, to read."""
    found = get_own_credentials(actor, GetOwnCredentials())
    return pages.page(request, OWN, facts(found))


@require_http_methods(["GET", "POST"])
@pages.signed_in
def add(request: HttpRequest, actor: Actor, member_id: UUID, category: str) -> HttpResponse:
    """Write down a license or a cover."""
    admit(actor, Permission.LICENCES_MANAGE, "credential-add")
    found = get_credentials(actor, GetCredentials(member_id=member_id))
    if category not in CATEGORIES:
        raise NotFound
    if request.method == "GET":
        return _form(request, found, category, dict.fromkeys(FIELDS, ""))
    typed = _typed(request)
    try:
        add_credential(
            actor,
            AddCredential(member_id=member_id, category=category, **typed),
            once=pages.form_key(request),
        )
    except (InvalidInput, Conflict) as refused:
        return _form(request, found, category, typed, refused=refused)
    pages.toast(request, "It is on record.")
    return pages.see_other(_address(member_id))


@require_http_methods(["GET", "POST"])
@pages.signed_in
def replace(request: HttpRequest, actor: Actor, credential_id: UUID) -> HttpResponse:
    """Renew or correct a license or a cover."""
    found, row = find_credential(actor, FindCredential(credential_id=credential_id))
    if request.method == "GET":
        now = {field: getattr(row, field) for field in FIELDS}
        return _form(request, found, row.category, {name: str(now[name] or "") for name in now}, row)
    typed = _typed(request)
    try:
        replace_credential(
            actor, ReplaceCredential(credential_id=credential_id, **typed), once=pages.form_key(request)
        )
    except (InvalidInput, Conflict) as refused:
        return _form(request, found, row.category, typed, row, refused=refused)
    pages.toast(request, "It is on record. What stood there before is in the history.")
    return pages.see_other(_address(found.member_id))


@require_POST
@pages.signed_in
def remove(request: HttpRequest, actor: Actor, credential_id: UUID) -> HttpResponse:
    """Take a license or a cover off the record."""
    found, _ = find_credential(actor, FindCredential(credential_id=credential_id))
    remove_credential(actor, RemoveCredential(credential_id=credential_id), once=pages.form_key(request))
    pages.toast(request, "It is not on record any more. It stays in the history.")
    return pages.see_other(_address(found.member_id))


@require_POST
@pages.signed_in
def npi(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """Write down an NPI."""
    admit(actor, Permission.LICENCES_MANAGE, "member-npi")
    typed = {"npi": request.POST.get("npi", "")}
    data = RecordNpi(member_id=member_id, npi=typed["npi"], seen=pages.a_uuid(request.POST.get("seen", "")))
    try:
        record_npi(actor, data, once=pages.form_key(request))
    except (InvalidInput, Conflict) as refused:
        return _refused(request, actor, member_id, typed, refused)
    pages.toast(request, "The NPI is saved.")
    return pages.see_other(_address(member_id))


@require_POST
@pages.signed_in
def degree(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """Write down a degree."""
    admit(actor, Permission.LICENCES_MANAGE, "member-degree")
    typed = {"degree": request.POST.get("degree", ""), "held_from": request.POST.get("held_from", "")}
    seen = pages.a_uuid(request.POST.get("seen", ""))
    try:
        record_degree(
            actor, RecordDegree(member_id=member_id, **typed, seen=seen), once=pages.form_key(request)
        )
    except (InvalidInput, Conflict) as refused:
        return _refused(request, actor, member_id, typed, refused)
    pages.toast(request, "The degree is saved.")
    return pages.see_other(_address(member_id))


@require_POST
@pages.signed_in
def exception(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """Allow new clients in spite of an expired license."""
    admit(actor, Permission.LICENCES_OVERRIDE, "licence-exception")
    typed = {"reason": request.POST.get("reason", ""), "last_day": request.POST.get("last_day", "")}
    try:
        allow_new_clients(actor, AllowNewClients(member_id=member_id, **typed), once=pages.form_key(request))
    except (InvalidInput, Conflict) as refused:
        return _refused(request, actor, member_id, typed, refused)
    pages.toast(request, "New clients can be given to them again.")
    return pages.see_other(_address(member_id))


@require_POST
@pages.signed_in
def exception_end(request: HttpRequest, actor: Actor, exception_id: UUID) -> HttpResponse:
    """End an exception before its day."""
    member_id = pages.a_uuid(request.POST.get("member", ""))
    try:
        end_exception(actor, EndException(exception_id=exception_id), once=pages.form_key(request))
    except Conflict as refused:
        pages.warn(request, refused.message)
    else:
        pages.toast(request, "The exception has ended.")
    return pages.see_other(_address(member_id) if member_id else reverse("team"))


def _typed(request: HttpRequest) -> dict[str, str]:
    return {field: request.POST.get(field, "") for field in FIELDS}


def facts(found: CredentialRecord) -> dict[str, Any]:
    """What every page shows that tells of a record."""
    return {
        "record": found,
        "degree": DEGREES[found.degree.degree] if found.degree else "",
        "expired": full_day(found.expired_on) if found.expired_on else "",
        "exception": found.exception,
    }


def _record_page(
    request: HttpRequest,
    actor: Actor,
    found: CredentialRecord,
    *,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    current = found.degree
    values = {
        "npi": found.npi.npi if found.npi else "",
        "degree": current.degree if current else "",
        "held_from": str(current.held_from or "") if current else "",
        "reason": "",
        "last_day": "",
    }
    context = {
        **facts(found),
        "may": {
            "keep": actor.may(Permission.LICENCES_MANAGE),
            "allow": actor.may(Permission.LICENCES_OVERRIDE),
        },
        "values": {**values, **(typed or {})},
        "errors": errors or {},
        "problem": problem,
        "degrees": list(DEGREES.items()),
        "history": _history(found),
    }
    return pages.page(request, RECORD, context, status=status)


def _refused(
    request: HttpRequest,
    actor: Actor,
    member_id: UUID,
    typed: dict[str, str],
    refused: InvalidInput | Conflict,
) -> HttpResponse:
    """The page with what was typed, and why it was not taken."""
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    return _record_page(
        request,
        actor,
        get_credentials(actor, GetCredentials(member_id=member_id)),
        typed=typed,
        errors={problem.field: problem.message for problem in problems},
        problem=refused.message if isinstance(refused, Conflict) else "",
        status=refused.status,
    )


def _history(found: CredentialRecord) -> list[dict[str, str]]:
    """What was on record and is not any more, with the last to go first."""
    lines = [
        (
            row.until or row.since,
            f"{row.title} {row.number}",
            _ended(row),
            "award" if row.category == "licence" else "shield",
        )
        for row in found.earlier
    ]
    lines += [(row.until or row.since, f"NPI {row.npi}", "", "hash") for row in found.earlier_npis]
    lines += [
        (row.until or row.since, f"{DEGREES[row.degree]} degree", "", "graduation-cap")
        for row in found.earlier_degrees
    ]
    lines += [
        (
            made.until,
            f"New clients allowed by {made.made_by}: {made.reason}",
            f"From {day(made.since)}",
            "shield-check",
        )
        for made in found.exceptions
        if not made.in_force
    ]
    lines.sort(key=lambda line: line[0], reverse=True)
    return [
        {
            "glyph": glyph,
            "text": text,
            "small": f"{more}. Until {day(until)}." if more else f"On record until {day(until)}.",
        }
        for until, text, more, glyph in lines
    ]


def _ended(row: CredentialRow) -> str:
    return f"Would expire {full_day(row.expires_on)}" if row.expires_on else "Without an end"


def _form(
    request: HttpRequest,
    found: CredentialRecord,
    category: str,
    values: dict[str, str],
    row: CredentialRow | None = None,
    *,
    refused: InvalidInput | Conflict | None = None,
) -> HttpResponse:
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    context = {
        "record": found,
        "category": category,
        "credential_id": row.id if row else None,
        "values": values,
        "errors": {problem.field: problem.message for problem in problems},
        "problem": refused.message if isinstance(refused, Conflict) else "",
        "types": LICENCE_TYPES,
        "regions": list(REGIONS.values()),
    }
    return pages.page(request, FORM, context, status=refused.status if refused else 200)


def _address(member_id: UUID) -> str:
    return reverse("member-credentials", kwargs={"member_id": member_id})


routes = [
    path("account/credentials/", own, name="own-credentials"),
    path("manage/team/<uuid:member_id>/credentials/", record, name="member-credentials"),
    path("manage/team/<uuid:member_id>/credentials/add/<slug:category>/", add, name="credential-add"),
    path("manage/team/<uuid:member_id>/npi/", npi, name="member-npi"),
    path("manage/team/<uuid:member_id>/degree/", degree, name="member-degree"),
    path("manage/team/<uuid:member_id>/exception/", exception, name="licence-exception"),
    path("manage/team/credentials/<uuid:credential_id>/", replace, name="credential-replace"),
    path("manage/team/credentials/<uuid:credential_id>/remove/", remove, name="credential-remove"),
    path("manage/team/exceptions/<uuid:exception_id>/end/", exception_end, name="licence-exception-end"),
]
