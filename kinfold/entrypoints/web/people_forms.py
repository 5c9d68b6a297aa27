"""Forms with several people: Create New Clients, Create New Members, Invite Team Member By Email.

Without a script the same buttons add and take away people on the server, with everything typed kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from django.http import QueryDict

from kinfold.domain.access.doors import KeyReused
from kinfold.domain.kernel.errors import DomainError, InvalidInput

MOST: Final = 100
ADD_MORE: Final = ("1", "5", "10", "15")
ALREADY_SENT: Final = (
    "This form was sent before, with something else in it. Look at the list, then send it again."
)

_MEANT: Final = re.compile(r"p(?P<person>[1-9]\d{0,2})-(?P<field>\w+)=(?P<value>.*)", re.ASCII)

Person = dict[str, str]


class PeopleForm:
    """The people of a form as they were typed, each with the fields in `labels`.

    A field is posted once for each person, in order; of those in `several` a person has any number, posted as
    "p2-roles" for the second person and held here as one text of values with spaces between them.
    """

    def __init__(
        self,
        posted: QueryDict,
        labels: Mapping[str, str],
        *,
        several: Sequence[str] = (),
        nothing_yet: str = "",
        most: int = MOST,
    ) -> None:
        self.labels = labels
        self._most = most
        self._several = several
        self._nothing_yet = nothing_yet
        single = {field: posted.getlist(field) for field in labels if field not in several}
        count = max(map(len, single.values()))
        self.people = [
            {field: column[place] if place < len(column) else "" for field, column in single.items()}
            | {field: " ".join(posted.getlist(f"p{place + 1}-{field}")) for field in several}
            for place in range(count)
        ] or [self._blank()]
        self.errors: list[dict[str, str]] = [{} for _ in self.people]
        self.field_errors: dict[str, str] = {}
        self.summary: list[dict[str, str]] = []
        self.title = ""

    @property
    def filled(self) -> list[int]:
        """The places of those about whom something was typed; when nothing was, of the first, who says what is missing.

        People who were added and left empty are nobody.
        """
        typed = [field for field in self.labels if field not in self._several]
        return [
            place for place, person in enumerate(self.people) if any(person[field] for field in typed)
        ] or [0]

    def changed_by_button(self, posted: QueryDict) -> bool:
        """Add or take away people, or put what somebody meant in a field, when a button asked for that."""
        if "more" in posted:
            wanted = posted.get("more", "")
            room = max(self._most - len(self.people), 0)
            self.people += [self._blank() for _ in range(min(int(wanted) if wanted in ADD_MORE else 0, room))]
        elif "remove" in posted:
            number = posted.get("remove", "")
            place = int(number) - 1 if number.isascii() and number.isdecimal() and len(number) < 4 else -1
            self.people = [person for at, person in enumerate(self.people) if at != place] or [self._blank()]
        elif meant := _MEANT.fullmatch(posted.get("meant", "")):
            place = int(meant["person"]) - 1
            if meant["field"] in self.labels and place < len(self.people):
                self.people[place][meant["field"]] = meant["value"]
        else:
            return False
        self.errors = [{} for _ in self.people]
        return True

    def refuse(
        self,
        refused: DomainError,
        renamed: Mapping[str, str] | None = None,
        *,
        opens: Mapping[int, str] | None = None,
        places: Sequence[int] | None = None,
    ) -> None:
        """Put what is wrong beside each field and as one list of links at the top, by the numbers people see.

        Rows of the refusal count those who are `filled`, or those at `places`; `renamed` says how the form calls a
        field of the command, and `opens` where whoever a row names can be looked at.
        """
        self.title = self._nothing_yet
        if isinstance(refused, InvalidInput):
            self._sort_out(refused, renamed or {}, opens or {}, places or self.filled)
        else:
            text = ALREADY_SENT if isinstance(refused, KeyReused) else refused.message
            self.summary = [{"text": text, "href": ""}]

    def _sort_out(
        self,
        refused: InvalidInput,
        renamed: Mapping[str, str],
        opens: Mapping[int, str],
        filled: Sequence[int],
    ) -> None:
        links = {filled[row]: href for row, href in opens.items()}
        for problem in refused.problems:
            field = renamed.get(problem.field, problem.field)
            if problem.row is None:
                self.field_errors[field] = problem.message
                self.summary.append({"text": problem.message, "href": f"#f-{field}"})
            else:
                self.errors[filled[problem.row]].setdefault(field, problem.message)
        for place, wrong in enumerate(self.errors):
            for field in self.labels:
                if field in wrong:
                    text, href = self.about(place, wrong[field]), f"#p{place + 1}-{field}"
                    opening = links.get(place, "") if field == "email" else ""
                    self.summary.append({"text": text, "href": href, "opens": opening})
        count = sum(map(bool, self.errors))
        if count:
            needs = "person needs" if len(filled) == 1 else "people needs" if count == 1 else "people need"
            self.title += f" {count} of {len(filled)} {needs} attention."

    def about(self, place: int, sentence: str) -> str:
        """A sentence about one person, with their number and name."""
        name = name_of(self.people[place])
        return f"{place + 1}. {name}: {sentence}" if name else f"{place + 1}. {sentence}"

    def context(self) -> dict[str, object]:
        """What the component `people.html` needs, with the summary of what is wrong."""
        return {
            "people": [
                {"values": person, "name": name_of(person), "errors": errors}
                for person, errors in zip(self.people, self.errors, strict=True)
            ],
            "errors": self.field_errors,
            "problem": self.title,
            "problems": self.summary,
            "most": self._most,
        }

    def _blank(self) -> Person:
        return dict.fromkeys(self.labels, "")


def name_of(person: Person) -> str:
    """What a person is called so far."""
    return person.get("full_name", f"{person.get('first_name', '')} {person.get('last_name', '')}").strip()
