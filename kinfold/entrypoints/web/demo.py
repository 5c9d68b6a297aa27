"""The mail of a demo, where an owner reads what would have been sent."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from kinfold.domain.access.actors import Actor
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.lifecycle.queries import (
    DemoMail,
    ListDemoMail,
    OpenDemoMail,
    list_demo_mail,
    open_demo_mail,
)

from . import pages

LINK = re.compile(r"https?://[^\s<>\"]+")


@require_GET
@pages.signed_in
def mail(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The list, and the mail that was chosen in it."""
    if not actor.demo:
        raise NotFound
    chosen = request.GET.get("message", "")
    mail_id = pages.a_uuid(chosen) if chosen else None
    if chosen and mail_id is None:
        raise NotFound
    opened = open_demo_mail(actor, OpenDemoMail(mail_id=mail_id)) if mail_id else None
    rows = [
        {"id": str(m.id), "to": m.to, "subject": m.subject, "at": m.at, "current": m.id == mail_id}
        for m in list_demo_mail(actor, ListDemoMail())
    ]
    return pages.page(
        request, "pages/demo/mail.html", {"messages": rows, "message": _shown(opened) if opened else None}
    )


def _shown(mail: DemoMail) -> dict[str, object]:
    return {"to": mail.to, "subject": mail.subject, "at": mail.at, "parts": _parts(mail.text)}


def _parts(text: str) -> list[dict[str, str]]:
    """A text cut at its links, so that the page can make them links without trusting the rest."""
    parts: list[dict[str, str]] = []
    end = 0
    for found in LINK.finditer(text):
        parts.append({"text": text[end : found.start()], "href": ""})
        parts.append({"text": found[0], "href": found[0]})
        end = found.end()
    parts.append({"text": text[end:], "href": ""})
    return [part for part in parts if part["text"]]


routes = [path("demo/mail/", mail, name="demo-mail")]
