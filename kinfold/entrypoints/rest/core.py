"""What every handler shares: who is calling, retries, versions, and refusals as RFC 9457 problems."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import APIKeyCookie, HttpBearer

from kinfold.domain.access.actors import Actor
from kinfold.domain.kernel.errors import DomainError, InvalidInput, NotAllowed, NotFound, NotSignedIn, Problem
from kinfold.domain.records.queries.merging import FollowMerged, follow_merged
from kinfold.domain.team.actors import actor_for_login, actor_for_token

PROBLEM_TYPE = "application/problem+json"
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_ETAG = re.compile(r'"(\d{1,9})"')


class ApiRequest(HttpRequest):
    """A request whose caller is known."""

    auth: Actor


class Token(HttpBearer):
    """`Authorization: Bearer kf_…`: the rights of the token's member, narrowed to its scopes."""

    openapi_name = "token"

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The actor of a live token."""
        return actor_for_token(token)


class Session(APIKeyCookie):
    """The session of a signed-in person, as the pages use it; changes carry the CSRF token."""

    openapi_name = "session"
    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self) -> None:
        super().__init__(csrf=False)  # checked below, with our own words

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        """The actor of the signed-in person."""
        if not request.user.is_authenticated:
            return None
        self.check_token(request)
        actor = actor_for_login(request.user.pk)
        if actor and actor.lacks_second_factor:
            raise NotAllowed(
                "Set up a second factor first: open the practice in a browser and follow the steps."
            )
        return actor

    def check_token(self, request: HttpRequest) -> None:
        """Refuse a change that comes without the CSRF token of its session."""
        if CsrfViewMiddleware(_no_response).process_view(request, _no_response, (), {}) is not None:
            raise NotAllowed("The request came without its CSRF token. Send it as X-CSRFToken.")


def _no_response(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


class FieldProblem(Schema):
    """One thing wrong with one field."""

    field: str
    message: str
    row: int | None = None


class ProblemDetails(Schema):
    """A refusal (RFC 9457): `code` is stable, `detail` is a sentence for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldProblem] = []


def confirmed(request: ApiRequest) -> None:
    """Refuse a session that has not said who it is in the last five minutes, where pages ask. Tokens are not asked."""
    if request.auth.token_id is None and is_reauthentication_required(request, app="allauth.account"):
        raise NotAllowed(
            "Confirm that it is you: open Security in a browser, then send this again.", code="confirm-first"
        )


def idempotency_key(request: HttpRequest) -> str | None:
    """The `Idempotency-Key` of a POST, so that a retry has one effect."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        raise InvalidInput.one("Idempotency-Key", "Use 1 to 200 visible ASCII characters.")
    return key


def etag(version: int) -> str:
    """A row's version as an ETag."""
    return f'"{version}"'


def if_match(request: HttpRequest) -> int:
    """The version an edit is based on. Raises a refusal with status 428 when the header is missing."""
    header = request.headers.get("If-Match", "")
    match = _ETAG.fullmatch(header.removeprefix("W/"))
    if match is None:
        error = DomainError(
            "Send the version you are editing as If-Match, as its ETag gave it.", code="no-version"
        )
        error.status = HTTPStatus.PRECONDITION_REQUIRED
        raise error
    return int(match[1])


def problem(error: DomainError, **more: Any) -> HttpResponse:
    """A refusal as the API says it, with members of its own where a kind of problem has them."""
    problems = error.problems if isinstance(error, InvalidInput) else ()
    status = HTTPStatus(error.status)
    body = {
        "type": f"urn:kinfold:problem:{error.code}",
        "title": status.phrase,
        "status": error.status,
        "detail": error.message,
        "code": error.code,
        "errors": [_as_dict(p) for p in problems],
        **more,
    }
    response = JsonResponse(body, status=error.status, content_type=PROBLEM_TYPE)
    if error.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _as_dict(found: Problem) -> dict[str, Any]:
    return {"field": found.field, "message": found.message, "row": found.row}


def install_error_handlers(api: NinjaAPI) -> None:
    """Every way a request can fail ends in a problem document that repeats nothing of what was sent."""

    def refused(request: HttpRequest, error: Any) -> HttpResponse:
        target = _merged_into(request) if isinstance(error, NotFound) else ""
        if target:
            return HttpResponse(status=HTTPStatus.PERMANENT_REDIRECT, headers={"Location": target})
        return problem(error)

    def malformed(request: HttpRequest, error: Any) -> HttpResponse:
        found = []
        for item in error.errors:
            where = [part for part in item["loc"] if part not in {"body", "query", "path", "data", "header"}]
            row = next((part for part in where if isinstance(part, int)), None)
            field = ".".join(str(part) for part in where if not isinstance(part, int)) or "body"
            found.append(Problem(field, _sentence(str(item.get("type", ""))), row))
        return problem(InvalidInput(found, "Some of the request is not as the API describes it: see errors."))

    def unknown(request: HttpRequest, error: Any) -> HttpResponse:
        return problem(NotFound())

    def not_signed_in(request: HttpRequest, error: Any) -> HttpResponse:
        return problem(NotSignedIn("Send a live API token as Authorization: Bearer, or sign in."))

    def http_error(request: HttpRequest, error: Any) -> HttpResponse:
        failed = DomainError(
            "The request could not be read. Send JSON as the API describes it.", code="unreadable"
        )
        failed.status = error.status_code
        return problem(failed)

    api.add_exception_handler(DomainError, refused)
    api.add_exception_handler(ValidationError, malformed)
    api.add_exception_handler(Http404, unknown)
    api.add_exception_handler(AuthenticationError, not_signed_in)
    api.add_exception_handler(HttpError, http_error)


def _merged_into(request: HttpRequest) -> str:
    """The same address of the record into which a client was merged, for who sees it; "" for everything else."""
    actor, match = getattr(request, "auth", None), request.resolver_match
    client_id = match.kwargs.get("client_id") if match else None
    if not isinstance(actor, Actor) or client_id is None or request.method not in {"GET", "HEAD"}:
        return ""
    into = follow_merged(actor, FollowMerged(client_id=client_id))
    return request.get_full_path().replace(str(client_id), str(into)) if into else ""


def _sentence(kind: str) -> str:
    """A sentence for each way a value can be malformed, without the value."""
    if kind == "missing":
        return "This is required."
    if kind.startswith("uuid"):
        return "This must be an id (UUID)."
    if kind.startswith(("datetime", "timezone")):
        return "This must be a moment with its time zone, as 2026-05-02T14:30:00Z."
    if kind.startswith("date"):
        return "This must be a date, as YYYY-MM-DD."
    if kind in {"enum", "literal_error"}:
        return "This is not one of the allowed values."
    if kind == "extra_forbidden":
        return "This field is not known here."
    if kind in {"string_too_long", "too_long"}:
        return "This is too long."
    return "This has the wrong form."
