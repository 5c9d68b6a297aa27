"""People's names as the team keeps them."""

from __future__ import annotations

from nameparser import HumanName

from kinfold.domain.kernel.errors import InvalidInput, Problem
from kinfold.domain.kernel.text import clean_name


def name_parts(full_name: str) -> tuple[str, str]:
    """A suggestion of first and last name, for the person to correct: "Ana de la Cruz" → ("Ana", "de la Cruz")."""
    parsed = HumanName(full_name)
    return f"{parsed.first} {parsed.middle}".strip(), str(parsed.last)


def checked_names(**names: str) -> dict[str, str]:
    """Names as they will be stored, by field. Raises InvalidInput naming each that is missing or cannot be taken."""
    problems: list[Problem] = []
    checked: dict[str, str] = {}
    for field, typed in names.items():
        try:
            checked[field] = clean_name(typed)
        except ValueError as error:
            problems.append(Problem(field, str(error)))
        else:
            if not checked[field]:
                problems.append(Problem(field, f"Enter a {field.replace('_', ' ')}."))
    if problems:
        raise InvalidInput(problems)
    return checked
