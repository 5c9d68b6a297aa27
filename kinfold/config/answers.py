"""What no page and no handler answers: in the language of whoever asked, a problem document or a page."""

from __future__ import annotations

from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse

from kinfold.domain.kernel.errors import DomainError, NotFound
from kinfold.entrypoints.rest.core import problem
from kinfold.entrypoints.web import home

_API = "/api/"


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that leads nowhere."""
    return problem(NotFound()) if request.path.startswith(_API) else home.not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that is refused before anything reads what it asks for: too large, or not well formed."""
    too_large = isinstance(exception, RequestDataTooBig | TooManyFieldsSent)
    refused = DomainError(
        "This is more than Kinfold takes at once. Send less."
        if too_large
        else "The request could not be read.",
        code="too-large" if too_large else "unreadable",
    )
    refused.status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if too_large else HTTPStatus.BAD_REQUEST
    return _in_their_language(request, refused)


def forbidden(request: HttpRequest, *_args: object, **_details: object) -> HttpResponse:
    """A form without its token, as other sites would send it. Why exactly is told to nobody."""
    refused = DomainError(
        "This form was open for too long, or it came from elsewhere. Go back, load the page again, then send it.",
        code="not-accepted",
    )
    refused.status = HTTPStatus.FORBIDDEN
    return _in_their_language(request, refused)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault in Kinfold."""
    if not request.path.startswith(_API):
        return home.server_error(request)
    fault = DomainError("Kinfold made a mistake. Nothing was changed. Try again.", code="fault")
    fault.status = 500
    return problem(fault)


def _in_their_language(request: HttpRequest, refused: DomainError) -> HttpResponse:
    """Never kept: some of these are answered before the middleware that says so for all pages."""
    is_api = request.path.startswith(_API)
    response = problem(refused) if is_api else home.refused(request, refused)
    response.headers["Cache-Control"] = "no-store"
    return response
