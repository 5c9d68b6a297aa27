"""What holds for every page: refusals look like pages, and nothing private is kept by browsers or proxies."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from csp.constants import HEADER
from csp.middleware import CheckableLazyObject, CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware

from kinfold.domain.kernel.errors import DomainError
from kinfold.domain.kernel.tenancy import reading_together

from . import pages, place

PAGE_METHODS = ("GET", "HEAD", "POST")
# Above every file that is taken, so that those a little too large get their own sentence on their own page. Without
# it anybody could fill the disk: forms are read to their end before their token is looked at.
MOST_SENT = 50_000_000

GetResponse = Callable[[HttpRequest], HttpResponse]


class ContentPolicy(CSPMiddleware):
    """The Content-Security-Policy of every answer, written once: only the nonce of a page's scripts differs."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Tell the browser what this page may load."""
        nonce = getattr(request, "_csp_nonce", None)
        if nonce is None:  # a nonce that is asked for from here on would come too late
            request.csp_nonce = CheckableLazyObject(self._csp_nonce_post_response)  # type: ignore[attr-defined]
        before, after = _policy(nonce is not None)
        response.headers[HEADER] = f"{before}{nonce or ''}{after}"
        return response


@cache
def _policy(with_nonce: bool) -> tuple[str, str]:
    """The policy before and after its nonce."""
    mark = "{nonce}"
    before, _, after = build_policy(nonce=mark if with_nonce else None).partition(mark)
    return before, after


class FormTokens(CsrfViewMiddleware):
    """Django's own, which sends its cookie again with every page to put off the day it ends, a year from then.

    Signing in makes a new one, and sessions last for hours, so nobody meets that day; writing it took 1 % of a page.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Send the cookie when the browser has another one or none."""
        if request.META.get("CSRF_COOKIE") == request.COOKIES.get(settings.CSRF_COOKIE_NAME):
            return response
        return super().process_response(request, response)


class PrivatePages:
    """Turns a domain refusal into its page, and keeps signed-in pages out of every cache (RELIABILITY section 2)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        place.leave()
        if _length(request) > MOST_SENT:
            raise RequestDataTooBig
        if request.method in PAGE_METHODS or request.path.startswith("/api/"):
            with reading_together():
                response = self.get_response(request)
        else:  # some class-based views would take a PUT for a POST: a second, untested surface
            response = HttpResponseNotAllowed(PAGE_METHODS)
        # Files that may be kept are answered before this; a missing one is a page as any other.
        response.headers["Cache-Control"] = "no-store"
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A refusal is an answer, not a fault."""
        if isinstance(error, DomainError):
            return pages.refusal(request, error)
        return None


def _length(request: HttpRequest) -> int:
    """How much is sent. Without a length nothing is read either."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else MOST_SENT + 1
