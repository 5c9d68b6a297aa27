"""What a login receives by mail: links to choose a password or prove an address, and notices of changes.

Subjects and texts name no practice and no health data: a mailbox may be shared or seen by others. The link's
secret is never stored; it is derived again whenever the mail is made (see `links`).
"""

from __future__ import annotations

from uuid import UUID

NOTICES = {
    "password_changed": "The password of your login was changed.",
    "email_changed": "The e-mail address of your login was changed, so this address no longer signs you in.",
    "app_added": "An authenticator app was added to your login.",
    "app_removed": "The authenticator app of your login was removed.",
    "passkey_added": "A passkey was added to your login.",
    "passkey_removed": "A passkey of your login was removed.",
    "recovery_codes_made": "New recovery codes were made for your login, and the old ones no longer work.",
}


def send_reset(email: str) -> None:
    """Queue the mail that lets someone choose a new password."""


def send_verification(login_id: UUID, email: str) -> None:
    """Queue the mail that proves an address."""


def notify(login_id: UUID, notice: str, *, to: str | None = None) -> None:
    """Queue a notice that something about a login was changed, so that a stranger's change is noticed."""
