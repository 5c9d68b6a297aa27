"""Why the team's commands say no, each in one sentence that says what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.kernel.errors import Conflict, Gone, InvalidInput, NotAllowed, Problem


class AlreadyInvited(Conflict):
    """The address has an invitation nobody has answered yet."""

    code = "already-invited"
    message = "This person has an invitation that waits for an answer. Send it again under Pending."


class AlreadyOnTeam(Conflict):
    """The address, or the login behind it, has a place here."""

    code = "already-on-team"
    message = "This person is on the team already."


class AlreadyRequested(Conflict):
    """An owner has yet to decide about this person as administrator."""

    code = "already-requested"
    message = "This person waits for an owner's approval. Look under Pending."


class AlreadyDecided(Conflict):
    """Of two owners who decide, the first one counts."""

    code = "already-decided"
    message = "This was decided in the meantime. Look at the list again."


class RoleGone(Conflict):
    """A role that was asked for is not there any more."""

    code = "role-gone"
    message = "A role that was asked for was deleted. Decline, then add the person again with another role."


class ArchivedHere(Conflict):
    """The address belongs to an archived member, whose place and history can be brought back (SPEC 8.12)."""

    code = "archived-here"
    message = "This person is archived here. Open their profile to bring them back, with their history."

    def __init__(self, member_id: UUID) -> None:
        self.member_id = member_id
        super().__init__()


@dataclass(frozen=True, slots=True)
class ArchivedRow:
    """A row of a form that names an archived member."""

    row: int
    member_id: UUID


class PeopleRefused(InvalidInput):
    """Some of several people cannot be added; `archived` says which of them can be brought back instead."""

    def __init__(self, problems: Iterable[Problem], archived: Iterable[ArchivedRow] = ()) -> None:
        self.archived = tuple(archived)
        super().__init__(problems)


class InvitationNotPending(Conflict):
    """Resending and deleting are for invitations that wait for an answer."""

    code = "invitation-not-pending"
    message = (
        "An invitation you chose was answered or deleted in the meantime, so nothing was changed. "
        "Look at the list again."
    )


class LinkRefused(Gone):
    """The family of reasons why an invitation's link does nothing."""

    code = "link-refused"


class LinkUnknown(LinkRefused):
    """Not complete, never issued, of another practice, or replaced by a newer one: never told apart."""

    code = "link-unknown"
    status = 404
    message = (
        "This invitation link does not work. Use the whole link from the newest email, "
        "or ask the person who invited you to send it again."
    )


class LinkUsed(LinkRefused):
    """Accepted before."""

    code = "link-used"
    message = "This invitation was accepted already. Sign in to go on."


class LinkDeclined(LinkRefused):
    """Declined before."""

    code = "link-declined"
    message = "This invitation was declined. If that was a mistake, ask the practice for a new one."


class LinkRevoked(LinkRefused):
    """Deleted by the practice."""

    code = "link-revoked"
    message = "This invitation was taken back. Ask the person who invited you if you still want to join."


class LinkExpired(LinkRefused):
    """Past its seven days."""

    code = "link-expired"
    message = "This invitation has expired. Ask the person who invited you to send it again."


class LinkOutdated(LinkRefused):
    """Whoever invited has left, or may not give one of the roles any more. Which of the two is the practice's own."""

    code = "link-outdated"
    message = "This invitation is not valid any more. Ask the practice for a new invitation."


class OnAnotherTeam(Conflict):
    """A clinician works for one practice at a time (SPEC O35). Only the invited person learns this (SPEC 8.12)."""

    code = "on-another-team"
    message = (
        "You belong to the team of another practice. Ask its owner to remove you from that team, "
        "then come back here."
    )


class NoCodeNeeded(Conflict):
    """Codes are for members who may sign in and have nothing to sign in with."""

    code = "no-code-needed"
    message = (
        "Registration codes are for people on the team who have no login yet. Someone you chose has one or cannot "
        "sign in now, so nothing was done. Look at the list again."
    )


class HasLogin(Conflict):
    """Whoever has a login changes its address themselves, since it is what they sign in with."""

    code = "has-login"
    message = "They sign in with their email address. Only they can change it, under Security."


class AboveOwnRights(NotAllowed):
    """Nobody gives or takes more than they hold (SPEC 3)."""

    code = "above-own-rights"
    message = "You can give and take only roles that allow no more than your own roles do."


class OwnerRoleStays(Conflict):
    """The Owner role always allows everything, and nobody changes, copies or deletes it (SPEC 3)."""

    code = "owner-role"
    message = "The Owner role always allows everything. It cannot be changed, copied or deleted."


class OwnersHaveAll(Conflict):
    """What an owner may do nobody overrides, so that a practice always has somebody who can do everything."""

    code = "owners-have-all"
    message = (
        "An owner can do everything, so there are no exceptions for owners. Give them another role first."
    )


class RoleStays(Conflict):
    """Administrators are given by that role, so it is never deleted."""

    code = "role-stays"
    message = "Every practice keeps its Administrator role. You can change it, or take it from people."


class NobodyAdministers(Conflict):
    """Somebody always can let people in, give roles and change them."""

    code = "nobody-administers"
    message = (
        "Nobody who signs in could invite people, give roles and change roles any more. "
        "Give somebody else these rights first."
    )


class LosesOwnRights(Conflict):
    """The acting person would lose what they need to take the change back; they have to say that they know."""

    code = "loses-own-rights"
    message = (
        "You would lose the right to give or to change roles yourself, and could not take this back. "
        "Confirm that you want this."
    )


class LastOwner(Conflict):
    """A practice always has an owner (RELIABILITY 1.9)."""

    code = "last-owner"
    message = "This is the practice's only owner. Make someone else an owner first."


class LastAdministrator(Conflict):
    """The last administrator keeps that role (SPEC U72)."""

    code = "last-administrator"
    message = "This is the practice's only administrator. Make someone else an administrator first."


class StillSupervises(Conflict):
    """Taking the role away would leave a supervision without a supervisor."""

    code = "still-supervises"
    message = (
        "This person supervises others, and no other role of theirs allows that. End the supervision first."
    )


class RoleSupervises(Conflict):
    """Holders of the role supervise others, and no other role of theirs allows that."""

    code = "role-supervises"

    def __init__(self, people: int) -> None:
        one = people == 1
        super().__init__(
            f"{people} {'person supervises' if one else 'people supervise'} others with this role. "
            f"End {'that' if one else 'their'} supervision first, or give them another role that may supervise."
        )


class AlreadySupervises(Conflict):
    """Two periods of the same two people would overlap."""

    code = "already-supervises"
    message = "This supervisor supervises this person in that time already."


class HasPrimarySupervisor(Conflict):
    """Somebody has one primary supervisor at a time."""

    code = "has-primary-supervisor"
    message = (
        "This person has a primary supervisor in that time. End that supervision first, or choose secondary."
    )


class SupervisionCircle(Conflict):
    """Nobody supervises, over however many others, the person who supervises them."""

    code = "supervision-circle"
    message = "These two would supervise each other, directly or over others. Choose another supervisor."


class SupervisionEnded(Conflict):
    """What is over stays as it was."""

    code = "supervision-ended"
    message = "This supervision has ended already."


class TokenNameTaken(Conflict):
    """Tokens are told apart by their names."""

    code = "token-name-taken"
    message = "You have a token with this name. Revoke it first, or choose another name."


class NotOneself(Conflict):
    """Whoever stops working is stopped by somebody who goes on."""

    code = "not-oneself"
    message = "You cannot change your own status. Ask another administrator or an owner."


class StatusNotOpen(Conflict):
    """The ladder of SPEC section 2 does not lead there."""

    code = "status-not-open"
    message = "That status does not follow from the one this person has now. Make them active first."


class NoRoleHeld(Conflict):
    """Without a role, active means nothing."""

    code = "no-role-held"
    message = "This person holds no role. Give them one first, then make them active."
