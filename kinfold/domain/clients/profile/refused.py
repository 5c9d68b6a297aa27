"""Why something typed cannot be stored, and how long each thing may be."""

from __future__ import annotations

from typing import Final

OLDEST_YEARS: Final = 130
EARLIEST_YEAR: Final = 1900
EXTERNAL_ID_LENGTH: Final = 100
PHONE_LENGTH: Final = 40
TAG_LENGTH: Final = 50
MOST_TAGS: Final = 20
WORDS_LENGTH: Final = 60
STREET_LENGTH: Final = 200
STREET_LINES: Final = 4
POSTAL_CODE_LENGTH: Final = 12
MOST_IDENTIFIERS: Final = 10
SEXES: Final = ("female", "male", "unknown", "undisclosed")


class Refused(str):
    """The reason why something typed cannot be stored."""

    __slots__ = ()


# Said when a field that must be filled is empty. E-mail only where the practice asks for it (SPEC 8.13).
MISSING: Final = {
    "first_name": Refused("Enter a first name."),
    "last_name": Refused("Enter a last name."),
    "email": Refused("Enter an email address. A practice can make it optional in Settings."),
    "birth_date": Refused("Enter a date of birth."),
    "sex_at_birth": Refused("Choose female, male, unknown or undisclosed."),
}

FORMULA: Final = Refused("This begins like a spreadsheet formula. Write plain text.")
HIDDEN: Final = Refused("This contains characters that cannot be seen. Write it again.")
LOST_LETTER = Refused("A letter was lost when this text was made (�). Write it again.")
ID_LONG = Refused(f"An external ID has at most {EXTERNAL_ID_LENGTH} characters.")
TAG_LONG = Refused(f"A tag has at most {TAG_LENGTH} characters.")
TOO_MANY_TAGS: Final = Refused(f"A client has at most {MOST_TAGS} tags.")


def is_hidden(text: str) -> bool:
    """Control, direction and invisible characters, lost letters, and places of Unicode that stand for nothing."""
    return not text.isprintable() or "\ufffd" in text
