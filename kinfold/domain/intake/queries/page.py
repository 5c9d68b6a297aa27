"""The sign-up page: as its visitors see it, and as the practice sets it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.credentials.gate import why_no_new_clients
from kinfold.domain.intake.models import SignUpPage
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.kernel.tenancy import current_practice_id
from kinfold.domain.practices.models import Practice
from kinfold.domain.team.models import Member

_FIELDS = ("version", "is_open", "welcome", "consent", "asks_phone", "asks_about", "asks_therapist")


@dataclass(frozen=True, kw_only=True, slots=True)
class GetSignUpPage:
    """The practice's own page."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenSignUpPage:
    """The page that a visitor is at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PageSettings:
    """How the page is set. `version` is 0 before it was ever changed; `slug` is the end of its address."""

    version: int
    is_open: bool
    welcome: str
    consent: str
    asks_phone: bool
    asks_about: bool
    asks_therapist: bool
    slug: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SignUpForm:
    """The page as visitors see it; the therapists are empty unless it asks for one."""

    practice_name: str
    welcome: str
    consent: str
    asks_phone: bool
    asks_about: bool
    asks_therapist: bool
    therapists: tuple[tuple[UUID, str], ...]


@query(Permission.PRACTICE_CHANGE)
def get_sign_up_page(actor: Actor, data: GetSignUpPage) -> PageSettings:
    """How the practice's sign-up page is set, for those who may change it."""
    return page_settings()


@query(None)
def open_sign_up_page(actor: Actor, data: OpenSignUpPage) -> SignUpForm:
    """What a visitor is asked. Raises NotFound when the page is closed (`doorway.guest_at` makes the visitor)."""
    page = open_page()
    return SignUpForm(
        practice_name=actor.practice_name,
        welcome=page.welcome,
        consent=page.consent,
        asks_phone=page.asks_phone,
        asks_about=page.asks_about,
        asks_therapist=page.asks_therapist,
        therapists=therapists_offered() if page.asks_therapist else (),
    )


def page_settings() -> PageSettings:
    """The entered practice's page, or what one begins with."""
    name, slug = Practice.objects.values_list("name", "slug").get(pk=current_practice_id())
    row = SignUpPage.objects.values_list(*_FIELDS).first()
    if row is None:
        consent = f"I agree that {name} may contact me about this request and store what I entered here."
        row = (0, False, "", consent, True, True, False)
    return PageSettings(**dict(zip(_FIELDS, row, strict=True)), slug=slug)


def open_page() -> PageSettings:
    """The entered practice's page while it is open. Raises NotFound."""
    page = page_settings()
    if not page.is_open:
        raise NotFound
    return page


def therapists_offered() -> tuple[tuple[UUID, str], ...]:
    """Those whom a visitor may name: clinicians who take new clients now. Their names are public then, by choice."""
    able = [member_id for member_id, why_not in why_no_new_clients(clock.now()).items() if not why_not]
    return tuple(
        (member.id, member.name) for member in Member.objects.filter(pk__in=able).order_by("sort_key", "id")
    )
