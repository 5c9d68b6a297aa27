"""What no page and no handler answers: in the language of whoever asked, a problem document or a page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from kinfold.domain.kernel.errors import DomainError, NotFound
from kinfold.entrypoints.rest.core import problem
from kinfold.entrypoints.web import home

_API = "/api/"


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that leads nowhere."""
    return problem(NotFound()) if request.path.startswith(_API) else home.not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault in Kinfold."""
    if not request.path.startswith(_API):
        return home.server_error(request)
    fault = DomainError("Kinfold made a mistake. Nothing was changed. Try again.", code="fault")
    fault.status = 500
    return problem(fault)
