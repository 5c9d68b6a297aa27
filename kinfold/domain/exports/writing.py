"""Lines as a file that spreadsheets open as they are meant: letters of every script, and no cell that calculates."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

from kinfold.domain.exports.models import FileFormat
from kinfold.domain.imports.previewing import as_text
from kinfold.domain.imports.templates import CSV_TYPE, XLSX_TYPE

CONTENT_TYPES: Final = {FileFormat.CSV: CSV_TYPE, FileFormat.XLSX: XLSX_TYPE}
# What a workbook cannot hold.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def as_file(headings: Sequence[str], lines: Iterable[Sequence[str]], file_format: FileFormat) -> bytes:
    """The lines under their headings. What a spreadsheet would calculate is written as text; imports read that back."""
    return _csv(headings, lines) if file_format is FileFormat.CSV else _xlsx(headings, lines)


def _csv(headings: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    buffer = io.StringIO(newline="")
    # All in quotes: where lists are separated by semicolons, "a;=b" would become two cells, one of them a formula.
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerow(headings)
    writer.writerows([as_text(cell) for cell in line] for line in lines)
    return buffer.getvalue().encode("utf-8-sig")


def _xlsx(headings: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    from openpyxl import Workbook  # takes a tenth of a second, and only this needs it

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Clients")
    sheet.freeze_panes = "A2"
    sheet.append(list(headings))
    for line in lines:
        sheet.append([as_text(_CONTROL.sub("", cell)) or None for cell in line])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
