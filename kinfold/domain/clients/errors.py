"""Why the commands of clients say no, each in one sentence that says what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.kernel.errors import Conflict, Gone, InvalidInput, Problem


@dataclass(frozen=True, slots=True)
class Likeness:
    """One row that looks like a client the actor may see, or like an earlier row of the same form."""

    row: int
    reason: str
    client_id: UUID | None
    name: str
    other_row: int | None


class LikelyDuplicates(InvalidInput):
    """Some of the people may already be clients. Confirming makes them all the same."""

    code = "likely-duplicates"
    status = 409
    message = (
        "Some of these people may already be clients. Look at them, then confirm that they are different."
    )

    def __init__(self, likenesses: Iterable[Likeness]) -> None:
        self.likenesses = tuple(likenesses)
        super().__init__([Problem("duplicate", sentence(found), found.row) for found in self.likenesses])


def sentence(found: Likeness) -> str:
    """ "Looks like Anna Novak: same e-mail address and date of birth." """
    whom = found.name if found.other_row is None else f"person {found.other_row + 1} here"
    return f"Looks like {whom}: {found.reason[:1].lower()}{found.reason[1:]}."


class TagExists(Conflict):
    """Another tag has the name already; the two can become one."""

    code = "tag-exists"
    message = "Another tag has this name. Make them one, or choose a different name."


class ClientArchived(Conflict):
    """An archived client's record is read-only, for everyone (SPEC section 2)."""

    code = "client-archived"
    message = "This client is archived, so nothing can be changed."


class TakesNoClients(Conflict):
    """Between the choice of a therapist and the act, their status or their roles changed."""

    code = "takes-no-clients"
    message = "The therapist takes no clients any more. Nothing was changed."


class IsClientAlready(Conflict):
    """One login is one client of a practice; for further ones it acts as a guardian. Only its owner learns this."""

    code = "is-client-already"
    message = (
        "Your login belongs to another client of this practice already. Ask the practice to let you act for "
        "this one too."
    )


class ActsAlready(Conflict):
    """The login acts for the client, in this way or in another."""

    code = "acts-already"
    message = "Your login acts for this client already. Sign in to see their page."


class ActsNoMore(Conflict):
    """What is over, or has not begun."""

    code = "acts-not-now"
    message = "They do not act for this client now. Look at the client again."


class GuardianNeedsBirthDate(Conflict):
    """A guardian shows by the client's date of birth whom they act for."""

    code = "birth-date-needed"
    message = "Add the client's date of birth first: a guardian is asked for it when they register."


class AlreadyCovered(Conflict):
    """Nobody is left to cover: two covers of the same two people would overlap, or all are covered."""

    code = "already-covered"
    message = "These clients are covered in that time already."


class CoverEnded(Conflict):
    """What is over stays as it was."""

    code = "cover-ended"
    message = "One of these covers has ended already, so nothing was changed. Look at the list again."


class OnAnotherRoster(Conflict):
    """A transfer begins where the client is now (SPEC H25)."""

    code = "on-another-roster"
    message = "This client is on another therapist's roster. Archive them there first."


class AssignmentEnded(Conflict):
    """What is over stays as it was."""

    code = "assignment-ended"
    message = "This assignment has ended already."


class PlaceGone(Gone):
    """The row after which a page should begin is not in the list (any more)."""

    code = "place-gone"
    message = "That place in the list is gone. Start again from the first page."


class NobodyChosen(InvalidInput):
    """An act needs somebody to be done to."""

    code = "nobody-chosen"
    message = "Choose at least one client."


class NothingFits(Conflict):
    """The act can be done to none of the chosen clients; the preview says why for each."""

    code = "nothing-fits"
    message = "This can be done to none of the chosen clients. Nothing was changed."


class ChangeMovedOn(Conflict):
    """The act was carried out already, or is at work."""

    code = "change-moved-on"
    message = "This was carried out already, or is at work. Open it again to see where it stands."


class CannotUndo(Conflict):
    """The act is not there to be undone."""

    code = "change-not-undoable"
    message = "This cannot be undone: it was not done, was undone already, or is too long ago."


class ViewExists(Conflict):
    """One person has no two views of one name."""

    code = "view-exists"
    message = "You have a view of this name already. Choose another name."
