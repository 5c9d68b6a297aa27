"""What people receive by mail about clients: codes for them and their guardians, and who may be known already.

Mailboxes are shared in families, so no mail names a client, and subjects name no practice either: that somebody is in
its care shows on no locked screen. The links are those of the team's codes, so an address says nothing either.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from kinfold.domain.access.permissions import Permission
from kinfold.domain.identity import registration_codes
from kinfold.domain.identity.queries import open_login
from kinfold.domain.identity.registration_codes import IssuedCode
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.periods import holds_or_will
from kinfold.domain.messages.kinds import Mail, mail_kind
from kinfold.domain.messages.outbox import enqueue
from kinfold.domain.practices.models import Practice
from kinfold.domain.team.holders import members_who_may
from kinfold.domain.team.models import Member

from .models import Client, ClientLogin, ClientStatus, DuplicateNotice, Registration
from .notices import members_who_settle


def send_code(practice_id: UUID, code_id: UUID) -> None:
    """Queue the mail with a client's registration code."""
    enqueue("clients.registration", practice_id, code_id)


def send_guardian_code(practice_id: UUID, code_id: UUID) -> None:
    """Queue the mail with the registration code of somebody who is to act for a client."""
    enqueue("clients.guardian", practice_id, code_id)


def tell_known(practice_id: UUID, login_id: UUID) -> None:
    """Queue the mail to somebody who wanted to register with an address that has a login already."""
    enqueue("clients.known-address", practice_id, login_id)


@mail_kind("clients.registration", "Registration code of a client")
def registration_mail(practice_id: UUID | None, code_id: UUID) -> Mail | None:
    """To a client, while the code works and the address is still theirs (SPEC U41)."""
    found = registration_codes.issued(code_id)
    if found is None or practice_id is None:
        return None
    issued, client_id, address = found
    client = (
        Client.objects.filter(pk=client_id, status=ClientStatus.ACTIVE, email=address)
        .exclude(registration=Registration.REGISTERED)
        .first()
    )
    if client is None:
        return None
    practice = Practice.objects.get(pk=practice_id)
    return _code_mail(
        practice,
        issued,
        address,
        f"{practice.name} has opened a page for you, where you see what is yours and keep it up to date.",
        "You will be asked for your date of birth.",
    )


@mail_kind("clients.guardian", "Registration code of a guardian")
def guardian_mail(practice_id: UUID | None, code_id: UUID) -> Mail | None:
    """To somebody who is to act for a client, while that holds."""
    found = registration_codes.issued(code_id)
    if found is None or practice_id is None:
        return None
    issued, tie_id, address = found
    row = (
        ClientLogin.objects.filter(
            holds_or_will(clock.now()),
            pk=tie_id,
            login__isnull=True,
            email=address,
            client__status=ClientStatus.ACTIVE,
        )
        .select_related("client")
        .first()
    )
    if row is None:
        return None
    practice = Practice.objects.get(pk=practice_id)
    return _code_mail(
        practice,
        issued,
        address,
        f"{practice.name} asks you to act for somebody in its care.",
        "You will be asked for the date of birth of whom you act for.",
    )


@mail_kind("clients.known-address", "Registration with an address that has a login")
def known_address_mail(practice_id: UUID | None, login_id: UUID) -> Mail | None:
    """To the owner of a login whose address somebody typed when they registered. It names nobody."""
    login = open_login(login_id)
    if login is None or practice_id is None:
        return None
    return Mail(
        to=login.email,
        subject="You have a login already",
        text=(
            "Somebody, probably you, wanted to register with this address. It has a Kinfold login already.\n\n"
            f"Sign in with it, then open {settings.PUBLIC_URL}{settings.REGISTER_PATH} and enter your code "
            "again.\n\nIf it was not you, do nothing.\n"
        ),
    )


@mail_kind("clients.duplicates", "New clients who may be known already")
def duplicates_mail(practice_id: UUID | None, member_id: UUID) -> Mail | None:
    """To those who see both, while pairs wait. It names nobody."""
    waiting = DuplicateNotice.objects.filter(settled_at__isnull=True).count()
    if practice_id is None or not waiting or member_id not in members_who_settle():
        return None
    address = Member.objects.values_list("login__email", flat=True).get(pk=member_id)
    what = "A new client looks" if waiting == 1 else f"{waiting} new clients look"
    return Mail(
        to=address,
        subject="A new client may be known already",
        text=f"{what} like somebody whom their creator may not see.\n\n"
        f"Compare them here:\n{settings.PUBLIC_URL}{settings.REQUESTS_PATH}\n",
    )


def tell_admins(practice_id: UUID) -> None:
    """Queue a mail to everybody who can add any client to a roster. One that still waits is enough for each."""
    for member_id in sorted(_admins()):
        enqueue("clients.roster", practice_id, member_id)


@mail_kind("clients.roster", "A client to be added to a roster")
def roster_mail(practice_id: UUID | None, member_id: UUID) -> Mail | None:
    """To those who see and assign all clients. It names nobody, since whoever asked may have meant somebody else."""
    if practice_id is None or member_id not in _admins():
        return None
    return Mail(
        to=Member.objects.values_list("login__email", flat=True).get(pk=member_id),
        subject="Somebody asks for a client to be added to a roster",
        text=(
            "A member of your team wanted to add a client whom they do not see to a roster.\n"
            "The activity says who, and whose roster it is. Ask them which client they mean.\n\n"
            f"Add the client on the therapist's roster:\n{settings.PUBLIC_URL}{settings.TEAM_PATH}\n"
        ),
    )


def _admins() -> frozenset[UUID]:
    return members_who_may(Permission.CLIENTS_SEE_ALL) & members_who_may(Permission.CLIENTS_ASSIGN)


def day_in(practice: Practice, moment: datetime) -> str:
    """A day as the practice's letters write it."""
    return f"{moment.astimezone(ZoneInfo(practice.time_zone)):%B %-d, %Y}"


def questions(practice: Practice) -> str:
    """Whom to ask, as a mail's last line."""
    return f"\nQuestions? Write to {practice.support_email}\n" if practice.support_email else ""


def _code_mail(practice: Practice, issued: IssuedCode, address: str, why: str, asked: str) -> Mail:
    page = settings.PUBLIC_URL + settings.REGISTER_PATH
    return Mail(
        to=address,
        subject="Your registration code",
        text=(
            f"Hello,\n\n{why}\n\n"
            f"Make your login here by {day_in(practice, issued.expires_at)}:\n{page}{issued.code}/\n\n"
            f"Or open {page} and type this code:\n{issued.code}\n\n"
            f"{asked} The code is for you alone. If you do not know of this, do nothing.\n"
            f"{questions(practice)}"
        ),
    )
