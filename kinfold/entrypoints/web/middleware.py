"""What holds for every page: refusals look like pages, and nothing private is kept by browsers or proxies."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from kinfold.domain.kernel.errors import DomainError

from . import pages

PAGE_METHODS = ("GET", "HEAD", "POST")

GetResponse = Callable[[HttpRequest], HttpResponse]


class PrivatePages:
    """Turns a domain refusal into its page, and keeps signed-in pages out of every cache (RELIABILITY section 2)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in PAGE_METHODS or request.path.startswith("/api/"):
            response = self.get_response(request)
        else:  # some class-based views would take a PUT for a POST: a second, untested surface
            response = HttpResponseNotAllowed(PAGE_METHODS)
        if not request.path.startswith("/static/"):
            response.headers["Cache-Control"] = "no-store"
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A refusal is an answer, not a fault."""
        if isinstance(error, DomainError):
            return pages.refusal(request, error)
        return None
