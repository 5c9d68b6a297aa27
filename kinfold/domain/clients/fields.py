"""Every field of a client that people fill in, once: for forms, the client's page, exports and files.

What may stand in a field is decided by `clients.profile` under the same name. To export a field, ask
`list_field_values`; to set it, give what was typed to `change_client` or `create_clients` under its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from .profile import (
    EXTERNAL_ID_LENGTH,
    FIELDS,
    FURTHER_FIELDS,
    MOST_IDENTIFIERS,
    PHONE_LENGTH,
    POSTAL_CODE_LENGTH,
    STREET_LENGTH,
    TAG_LENGTH,
    WORDS_LENGTH,
)


class Group(StrEnum):
    """The headings under which fields stand on a client's page; each is edited on its own."""

    label: str

    def __new__(cls, value: str, label: str) -> Self:
        """A group is its name and its title."""
        group = str.__new__(cls, value)
        group._value_ = value
        group.label = label
        return group

    PERSON = "person", "Person"
    CONTACT = "contact", "Contact"
    EMERGENCY = "emergency", "Emergency contact"
    GUARDIAN = "guardian", "Guardian"
    RECORD = "record", "Tags and IDs"


GROUP_BY_NAME: Final[dict[str, Group]] = {group.value: group for group in Group}


@dataclass(frozen=True, slots=True)
class ClientField:
    """One field, named as in the API.

    `length` is how many characters people can type, `lines` whether on several lines. `headings` are what files call
    it, the likeliest first, besides its label.
    """

    name: str
    label: str
    group: Group
    length: int
    headings: tuple[str, ...] = ()
    lines: bool = False

    @property
    def further(self) -> bool:
        """Whether it is kept apart from the client, in `ClientProfile`."""
        return self.name in FURTHER_FIELDS


NAME: Final = 100
EMAIL: Final = 254

CLIENT_FIELDS: Final = (
    ClientField("first_name", "First name", Group.PERSON, NAME),
    ClientField("last_name", "Last name", Group.PERSON, NAME),
    ClientField(
        "preferred_name", "Preferred name", Group.PERSON, NAME,
        ("preferred name", "preferred first name", "nickname", "goes by", "known as", "chosen name"),
    ),
    ClientField("pronouns", "Pronouns", Group.PERSON, WORDS_LENGTH, ("pronouns", "pronoun", "preferred pronouns")),
    ClientField("birth_date", "Date of birth", Group.PERSON, 10),
    ClientField("sex_at_birth", "Sex at birth", Group.PERSON, 12),
    ClientField(
        "gender_identity", "Gender identity", Group.PERSON, WORDS_LENGTH, ("gender identity", "identified gender")
    ),
    ClientField(
        "language", "Language", Group.PERSON, WORDS_LENGTH,
        ("language", "preferred language", "primary language", "languages", "spoken language"),
    ),
    ClientField("email", "Email", Group.CONTACT, EMAIL),
    ClientField("phone", "Phone", Group.CONTACT, PHONE_LENGTH),
    ClientField(
        "street", "Street address", Group.CONTACT, STREET_LENGTH,
        ("street address", "address", "street", "address line 1", "address 1", "mailing address", "home address"),
        lines=True,
    ),
    ClientField("city", "City", Group.CONTACT, WORDS_LENGTH, ("city", "town", "home city")),
    ClientField(
        "region", "State or region", Group.CONTACT, WORDS_LENGTH,
        ("state", "region", "province", "state or region", "county", "home state"),
    ),
    ClientField(
        "postal_code", "Postal code", Group.CONTACT, POSTAL_CODE_LENGTH,
        ("postal code", "zip", "zip code", "postcode", "zipcode", "home zip"),
    ),
    ClientField("country", "Country", Group.CONTACT, NAME, ("country", "home country")),
    ClientField(
        "emergency_name", "Name", Group.EMERGENCY, NAME,
        ("emergency contact", "emergency contact name", "emergency name", "emergency contact full name"),
    ),
    ClientField(
        "emergency_relationship", "Relationship", Group.EMERGENCY, WORDS_LENGTH,
        ("emergency contact relationship", "emergency relationship", "emergency contact relation"),
    ),
    ClientField(
        "emergency_phone", "Phone", Group.EMERGENCY, PHONE_LENGTH,
        ("emergency contact phone", "emergency phone", "emergency contact number", "emergency number"),
    ),
    ClientField(
        "guardian_name", "Name", Group.GUARDIAN, NAME,
        ("guardian", "guardian name", "parent", "parent name", "parent guardian", "responsible party"),
    ),
    ClientField(
        "guardian_relationship", "Relationship", Group.GUARDIAN, WORDS_LENGTH,
        ("guardian relationship", "parent relationship", "guardian relation"),
    ),
    ClientField(
        "guardian_phone", "Phone", Group.GUARDIAN, PHONE_LENGTH,
        ("guardian phone", "parent phone", "guardian phone number", "parent phone number"),
    ),
    ClientField(
        "guardian_email", "Email", Group.GUARDIAN, EMAIL,
        ("guardian email", "parent email", "guardian email address", "parent email address"),
    ),
    ClientField("tags", "Tags", Group.RECORD, 20 * TAG_LENGTH),
    ClientField("external_id", "External ID", Group.RECORD, EXTERNAL_ID_LENGTH),
    ClientField(
        "identifiers", "IDs in other systems", Group.RECORD,
        MOST_IDENTIFIERS * (EXTERNAL_ID_LENGTH + TAG_LENGTH), ("other ids", "ids in other systems", "identifiers"),
        lines=True,
    ),
)  # fmt: skip
FIELD_BY_NAME: Final = {field.name: field for field in CLIENT_FIELDS}
# What holds one text; tags and identifiers hold several things each.
TEXT_FIELDS: Final = tuple(
    field.name for field in CLIENT_FIELDS if field.name in FIELDS or field.name in FURTHER_FIELDS
)


def full_label(field: ClientField) -> str:
    """What a field is called away from its group: "Guardian: phone"."""
    if field.group in {Group.EMERGENCY, Group.GUARDIAN}:
        return f"{field.group.label}: {field.label[:1].lower()}{field.label[1:]}"
    return field.label
