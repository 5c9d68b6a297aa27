"""What a login receives by mail: links to choose a password or prove an address, and notices of changes.

Subjects and texts name no practice and no health data: a mailbox may be shared or seen by others. The secret of
a link is never stored; it is derived again whenever the mail is made (see `links`).
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from kinfold.domain.identity import links
from kinfold.domain.identity.models import Login, Notice
from kinfold.domain.kernel import clock
from kinfold.domain.messages.kinds import Mail, mail_kind
from kinfold.domain.messages.outbox import enqueue

NOTICES = {
    "password_changed": "The password of your Kinfold login was changed.",
    "email_changed": "The email address of your Kinfold login was changed. This one no longer signs you in.",
    "app_added": "An authenticator app was added to your Kinfold login.",
    "app_removed": "The authenticator app of your Kinfold login was removed.",
    "passkey_added": "A passkey was added to your Kinfold login.",
    "passkey_removed": "A passkey of your Kinfold login was removed.",
    "recovery_codes_made": "New recovery codes were made for your Kinfold login. The old ones no longer work.",
}


def send_reset(email: str) -> None:
    """Queue the mail that lets someone choose a new password, if the address turns out to have a login."""
    enqueue("identity.reset", None, links.issue(links.RESET, email))


def send_verification(login_id: UUID, email: str) -> None:
    """Queue the mail that proves an address."""
    enqueue("identity.verify", None, links.issue(links.VERIFY, email, login_id))


def notify(login_id: UUID, what: str, *, email: str | None = None) -> None:
    """Queue a notice that something about a login was changed, so that a stranger's change is noticed."""
    address = email or Login.objects.values_list("email", flat=True).get(id=login_id)
    notice = Notice.objects.create(login_id=login_id, what=what, email=address, happened_at=clock.now())
    enqueue("identity.notice", None, notice.id)


@mail_kind("identity.reset", "Link to choose a new password")
def reset_mail(_practice_id: UUID | None, link_id: UUID) -> Mail | None:
    """To whoever asked for a new password, or said so."""
    found = links.secret_of(link_id)
    if found is None:
        return None
    email, secret = found
    return Mail(
        to=email,
        subject="Choose a new password",
        text=(
            "Somebody, probably you, asked for a new password for the Kinfold login with this address.\n\n"
            f"Choose it here within a day:\n{_link(settings.IDENTITY_RESET_PATH, secret)}\n\n"
            "If it was not you, do nothing. Your password stays as it is.\n"
        ),
    )


@mail_kind("identity.verify", "Link to confirm an email address")
def verification_mail(_practice_id: UUID | None, link_id: UUID) -> Mail | None:
    """To the address that is to be proved."""
    found = links.secret_of(link_id)
    if found is None:
        return None
    email, secret = found
    return Mail(
        to=email,
        subject="Confirm your email address",
        text=(
            "A Kinfold login wants to use this email address.\n\n"
            f"If it is yours, confirm it here within a week:\n{_link(settings.IDENTITY_VERIFY_PATH, secret)}\n\n"
            "If you do not know of this, do nothing.\n"
        ),
    )


@mail_kind("identity.notice", "Notice that a login was changed")
def notice_mail(_practice_id: UUID | None, notice_id: UUID) -> Mail | None:
    """To the person whose login was changed."""
    notice = Notice.objects.filter(id=notice_id).first()
    if notice is None:
        return None
    return Mail(
        to=notice.email,
        subject="Your login was changed",
        text=(
            f"{NOTICES[notice.what]}\n\nThis was on {notice.happened_at:%B %-d, %Y at %H:%M} UTC.\n\n"
            f"If it was not you, choose a new password at once:\n{settings.PUBLIC_URL}{settings.IDENTITY_FORGOT_PATH}\n"
            "and tell who runs Kinfold in your practice.\n"
        ),
    )


def _link(path: str, secret: str) -> str:
    return f"{settings.PUBLIC_URL}{path.format(secret)}"
