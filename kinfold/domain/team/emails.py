"""What people receive by mail about the team."""

from __future__ import annotations

from uuid import UUID


def send_invitation(practice_id: UUID, invitation_id: UUID) -> None:
    """Queue the e-mail with the link of an invitation."""


def tell_inviter(practice_id: UUID, invitation_id: UUID) -> None:
    """Queue the e-mail that tells an inviter the answer."""
