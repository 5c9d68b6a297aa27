"""Files to fill in: the headings that are known here, and a line that explains each column and is never read."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Final, Literal

from kinfold.domain.imports.fields import FIELDS, MEMBER_FIELDS, Field
from kinfold.domain.imports.models import Whom
from kinfold.domain.imports.reading import NOT_READ

TemplateKind = Literal["csv", "xlsx"]

CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_EXPLAINED: Final = {
    "email": "Required, unless the practice makes it optional.",
    "birth_date": "As YYYY-MM-DD, for example 1990-04-30.",
    "sex_at_birth": "Female, male, unknown or undisclosed.",
    "external_id": "The number in another system.",
    "phone": "With its area code, or with + and the country code.",
    "tag": "One tag in each such column; add as many as you need.",
    "role": "Required. A role of your practice by its name; several with a semicolon between them.",
}
_TAG_COLUMNS: Final = 2


@dataclass(frozen=True, slots=True)
class Template:
    """A file to fill in."""

    file_name: str
    content_type: str
    content: bytes


def template(whom: str, kind: TemplateKind) -> Template:
    """A file without people, for clients or for members of the team."""
    fields = MEMBER_FIELDS if whom == Whom.MEMBERS else FIELDS
    columns = [field for field in fields for _ in range(_TAG_COLUMNS if field.name == "tag" else 1)]
    rows = [[_heading(field) for field in columns], [_explained(field) for field in columns]]
    rows[1][0] = f"{NOT_READ} {rows[1][0]}"
    name = f"{whom}.{kind}"
    if kind == "csv":
        buffer = io.StringIO(newline="")
        csv.writer(buffer).writerows(rows)
        return Template(name, CSV_TYPE, buffer.getvalue().encode("utf-8-sig"))
    return Template(name, XLSX_TYPE, _workbook(rows, columns, whom))


def _heading(field: Field) -> str:
    return "Tag" if field.name == "tag" else field.label


def _explained(field: Field) -> str:
    return _EXPLAINED.get(field.name) or ("Required." if field.required else "Optional.")


def _workbook(rows: list[list[str]], columns: list[Field], whom: str) -> bytes:
    """As text in every column but the days, so that a program keeps leading zeros and shows what is read."""
    from openpyxl import Workbook  # takes a tenth of a second, and only this needs it
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101 - a new workbook has one
    sheet.title = whom.capitalize()
    for row in rows:
        sheet.append(row)
    for place, field in enumerate(columns, 1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = 24
        sheet.column_dimensions[letter].number_format = "yyyy-mm-dd" if field.name == "birth_date" else "@"
        sheet.cell(1, place).font = Font(bold=True)
        explanation = sheet.cell(2, place)
        explanation.font = Font(italic=True, color="666666")
        explanation.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A3"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
