"""What can happen to a login.

These are not behind `@command`: that door asks what a member of a practice may do and writes to that
practice's record, and a login belongs to no practice. The callers answer for who may call: an accepted
invitation, the set-up of a practice, the command line, and the pages of the login that is signed in.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction

from kinfold.domain.identity import (
    emails,
    initial_passwords,
    limits,
    links,
    passwords,
    registration_codes,
)
from kinfold.domain.identity.errors import AddressTaken, LinkNotKnown, LoginExists
from kinfold.domain.identity.models import Login, LoginSession, Notice, UsedCode
from kinfold.domain.identity.passkeys import NewPasskey
from kinfold.domain.identity.queries import has_second_factor
from kinfold.domain.identity.sessions import SessionStore, end_all
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.emails import canonical_email
from kinfold.domain.kernel.errors import InvalidInput, Problem
from kinfold.domain.kernel.secrets import digest
from kinfold.domain.kernel.text import clean_name

NOTICES_KEPT = timedelta(days=90)


def create_login(
    email: str,
    full_name: str,
    password: str | None,
    verified: bool = True,
    *,
    about: Iterable[str] = (),
    passkey: NewPasskey | None = None,
) -> UUID:
    """Make a login. `verified` says that the person has proved the address, for example by an invitation.

    Without a password the login can be entered only by a reset link or a passkey. With `passkey` it has one from the
    start, and needs no password. `about` is what else others know of the person, such as the practice's name: a
    password must not consist of it.
    """
    address = canonical_email(email)
    try:
        name = clean_name(full_name)
    except ValueError as error:
        raise InvalidInput.one("full_name", str(error)) from error
    if password is not None:
        _check_password(password, about=(address, name, *about))
    login = Login(email=address, full_name=name, created_at=clock.now())
    if passkey is not None:
        login.id = passkey.login_id
    login.set_password(password)
    try:
        with transaction.atomic():
            login.save(force_insert=True)
            if passkey is not None:
                Authenticator.objects.create(
                    user=login,
                    type=Authenticator.Type.WEBAUTHN,
                    data={"name": "Passkey", "credential": dict(passkey.credential)},
                )
            EmailAddress.objects.create(user=login, email=address, verified=verified, primary=True)
    except IntegrityError as error:
        raise LoginExists from error
    return login.id


def set_password(
    login_id: UUID, password: str, *, keep_session: str | None = None, about: Iterable[str] = ()
) -> None:
    """Choose a new password, end every session but `keep_session` (a session key), and tell the person."""
    login = Login.objects.get(id=login_id)
    known = (login.email, login.full_name, *about)
    _check_password(password, about=known, has_second_factor=has_second_factor(login_id))
    with transaction.atomic():
        links.close_all(links.RESET, login_id)  # before the login, as following a link does
        login.set_password(password)
        login.save(update_fields=["password", "password_stands_alone"])
        end_sessions(login_id, but=keep_session)
        emails.notify(login_id, "password_changed")


def ask_for_reset(email: str) -> None:
    """Mail a link for choosing a new password, if there is a login.

    Nothing here looks the login up: that happens when the mail is made, so the answer takes the same time and
    the same writes whether or not the address is known (RELIABILITY 1.3).
    """
    with transaction.atomic():
        emails.send_reset(canonical_email(email))


def reset_password(secret: str, password: str) -> UUID:
    """Use a reset link up, choose a new password, and end every session of the login."""
    with transaction.atomic():
        link = links.use(links.RESET, secret)
        if not Login.objects.filter(id=link.login_id, email=link.email).exists():
            raise LinkNotKnown  # the address was changed since
        set_password(link.login_id, password)
        # Whoever reads mail at this address has just proved it.
        EmailAddress.objects.filter(user_id=link.login_id, email=link.email).update(verified=True)
    return link.login_id


def ask_to_change_email(login_id: UUID, email: str) -> None:
    """Mail a link to a new address; the old one stays until the link is followed to the end.

    Whether another login has the address is not said here: whoever reads mail there will learn it.
    """
    address = canonical_email(email)
    if Login.objects.filter(id=login_id, email=address).exists():
        raise InvalidInput.one("email", "This is your email address already.")
    with transaction.atomic():
        cancel_email_change(login_id)
        EmailAddress.objects.create(user_id=login_id, email=address, verified=False, primary=False)
        emails.send_verification(login_id, address)


def cancel_email_change(login_id: UUID) -> None:
    """Forget a new address that was never proved, and its links."""
    links.close_all(links.VERIFY, login_id)
    EmailAddress.objects.filter(user_id=login_id, verified=False, primary=False).delete()


def ask_to_verify(login_id: UUID, email: str) -> None:
    """Mail the link again that proves an address of this login."""
    if EmailAddress.objects.filter(user_id=login_id, email=email, verified=False).exists():
        with transaction.atomic():
            emails.send_verification(login_id, email)


def verify_email(secret: str) -> UUID:
    """Use a verify link up: the address is proved, and becomes the login's own if it was a new one."""
    try:
        with transaction.atomic():
            link = links.use(links.VERIFY, secret)
            login = Login.objects.get(id=link.login_id)
            address = EmailAddress.objects.filter(user=login, email=link.email, verified=False).first()
            if address is None:
                raise LinkNotKnown
            old = login.email
            if old != address.email:
                emails.notify(login.id, "email_changed", email=old)
                EmailAddress.objects.filter(user=login).exclude(pk=address.pk).delete()
                links.close_all(links.RESET, login.id)
                login.email = address.email
                login.save(update_fields=["email"])
            EmailAddress.objects.filter(pk=address.pk).update(verified=True, primary=True)
            links.close_all(links.VERIFY, login.id)
    except IntegrityError as error:
        raise AddressTaken from error
    return login.id


def second_factor_changed(login_id: UUID, notice: str, *, keep_session: str | None) -> None:
    """After a change of the second factor: sign other browsers out and tell the person."""
    with transaction.atomic():
        end_sessions(login_id, but=keep_session)
        emails.notify(login_id, notice)


def rename_login(login_id: UUID, full_name: str) -> None:
    """Change the name somebody goes by."""
    try:
        name = clean_name(full_name)
    except ValueError as error:
        raise InvalidInput.one("full_name", str(error)) from error
    Login.objects.filter(id=login_id).update(full_name=name)


def end_sessions(login_id: UUID, *, but: str | None = None) -> int:
    """Sign a login out everywhere, except in the session whose key is `but`. Returns how many ended."""
    sessions = LoginSession.objects.filter(login_id=login_id)
    if but is not None:
        sessions = sessions.exclude(digest=digest(but))
    return end_all(sessions)


def end_session(login_id: UUID, session_id: UUID) -> bool:
    """Sign one browser out; False when it is not this login's, or gone."""
    return bool(end_all(LoginSession.objects.filter(login_id=login_id, public_id=session_id)))


def forget_what_ended() -> None:
    """Housekeeping: delete sessions, counters, codes and links that no longer mean anything."""
    SessionStore.clear_expired()
    limits.forget_past_attempts()
    links.forget_past_links()
    registration_codes.forget_past_codes()
    initial_passwords.forget_past_ones()
    UsedCode.objects.filter(expires_at__lte=clock.now()).delete()
    Notice.objects.filter(happened_at__lt=clock.now() - NOTICES_KEPT).delete()


def _check_password(password: str, *, about: Iterable[str], has_second_factor: bool = False) -> None:
    found = passwords.problems(password, about=about, has_second_factor=has_second_factor)
    if found:
        raise InvalidInput([Problem("password", sentence) for sentence in found])
