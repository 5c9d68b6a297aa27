"""What archiving and deleting clients would do and did, in words."""

from __future__ import annotations

from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.queries.bulk import ChangeResult
from kinfold.domain.records.queries.archiving import PreviewArchiving, preview_archiving
from kinfold.domain.records.queries.deletions import DeletionOutlook
from kinfold.domain.records.retention import Rule

from .jinja import full_day


def deletion_effects(outlook: DeletionOutlook) -> list[tuple[str, str]]:
    """What will happen, line by line: a drawing and a sentence each."""
    lines = []
    if outlook.at_once:
        goes = f"{_clients(outlook.at_once)} {_go(outlook.at_once)}"
        lines += [
            (
                "trash-2",
                (
                    f"{goes} now and for good: nothing clinical, billing or signed hangs on them. Profile, tags, "
                    "assignments and sign-ins go too."
                ),
            ),
            ("list-x", "They are found nowhere any more: no list, search, count or address knows them."),
        ]
    if outlook.planned:
        goes = f"{_clients(outlook.planned)} {_go(outlook.planned)}"
        stays = "they stay" if outlook.planned > 1 else "the record stays"
        lines += [
            (
                "calendar-clock",
                (
                    f"{goes} later, since {_and(outlook.kept_by)} must be kept: {_days(outlook)}. Until then {stays} "
                    "archived and can be read."
                ),
            ),
            ("scale", f"{rule_in_words(outlook.rule)} A legal hold keeps a record for longer."),
        ]
    lines.append(("history", "Activity keeps who did it, when and why, and the names."))
    if outlook.planned and outlook.at_once:
        undoing = (
            "Who is deleted now cannot be brought back. What is planned can be taken back until its day."
        )
    elif outlook.planned:
        undoing = "Each can be taken back until its day."
    else:
        undoing = "It cannot be undone."
    return [*lines, ("undo-2", undoing)]


def archiving_warnings(actor: Actor, act: Act, change_id: UUID) -> list[tuple[str, str]]:
    """What ends with archiving besides assignments, and what nobody can change then: a drawing and a sentence each."""
    if act is not Act.ARCHIVE:
        return []
    found = preview_archiving(actor, PreviewArchiving(change_id=change_id))
    lines = []
    if found.booked:
        booked = _some(found.booked, "booked session is cancelled", "booked sessions are cancelled")
        lines.append(("calendar-x", f"{booked}. Undoing this brings back what is still to come."))
    if found.unsaid:
        past = _some(found.unsaid, "past session has no outcome yet", "past sessions have no outcome yet")
        lines.append(("calendar-clock", f"{past}, and nobody can give it one while the client is archived."))
    if found.unsigned:
        notes = _some(found.unsigned, "note is not signed", "notes are not signed")
        lines.append(("file-pen", f"{notes}, and nobody can sign while the client is archived."))
    if found.covers:
        lines.append(("umbrella", f"{_some(found.covers, 'cover ends', 'covers end')}."))
    if found.sign_ins:
        people = _some(found.sign_ins, "person who signs in", "people who sign in")
        lines.append(("log-in", f"{people} for them can still read the record, and change nothing."))
    return lines


def deletion_result(found: ChangeResult) -> str:
    """ "2 clients deleted for good. 1 client planned." """
    there = sum(
        group.count
        for group in found.groups
        if group.outcome in {"done", "undone", "since-changed", "since-gone"}
    )
    gone = found.summary.done - there
    said = [f"{_clients(gone)} deleted for good."] if gone else []
    if there:
        said.append(f"{_clients(there)} planned for deletion.")
    return " ".join(said) or "Nobody was deleted."


def rule_in_words(rule: Rule) -> str:
    """How long records are kept, in two sentences."""
    return (
        f"Adults are kept {_years(rule.adult_years)} after their last contact, minors until they are {rule.majority} "
        f"and {_years(rule.minor_years)} more."
    )


def a_number(typed: str) -> int | None:
    """A whole number somebody typed, or None when it is none."""
    digits = typed.strip().replace(",", "")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 8 else None


def _days(outlook: DeletionOutlook) -> str:
    first, last = outlook.first_day, outlook.last_day
    if first is None or last is None or first == last:
        return f"on {full_day(first)}" if first else ""
    return f"between {full_day(first)} and {full_day(last)}"


def _years(count: int) -> str:
    return f"{count} year" + ("" if count == 1 else "s")


def _some(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _clients(count: int) -> str:
    return f"{count:,} client" + ("" if count == 1 else "s")


def _go(count: int) -> str:
    return "goes" if count == 1 else "go"


def _and(parts: tuple[str, ...]) -> str:
    return " and ".join(part for part in (", ".join(parts[:-1]), parts[-1]) if part)
