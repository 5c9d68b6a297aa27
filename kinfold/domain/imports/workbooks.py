"""A workbook (.xlsx) read into the same text as a file of separated values, so that one reader decides about both.

What was calculated is taken as the program that saved it wrote it down; nothing is calculated here and no macro runs.
An archive can unpack to a thousand times its size, so what it claims is added up before anything is unpacked, and then
every part is looked through once in small pieces before a parser sees it.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final

from kinfold.domain.imports.errors import FileRefused
from kinfold.domain.imports.limits import (
    MAX_BYTES,
    MAX_CELL,
    MAX_COLUMNS,
    MAX_PART,
    MAX_ROWS,
    MAX_SHEETS,
    MAX_TEXTS,
    MAX_UNPACKED,
)

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

_LAST_ROW: Final = 1_048_576  # of any sheet
_EXACT: Final = 10**15  # from here on, a program that saves numbers has lost digits
_MOST_TEXT: Final = 5 * MAX_BYTES
_PIECE: Final = 1_000_000
_OVERLAP: Final = 64
_MOST_PARTS: Final = 10_000
# What rows and formulas begin with, where the names of a sheet have no prefix of their own, and where they do.
_ROW: Final = (b"<row", b":row")
_FORMULA: Final = (b"<f>", b"<f ", b":f>", b":f ")
_OWN_ENTITIES: Final = tuple(
    mark.encode(code) for mark in ("<!DOCTYPE", "<!ENTITY") for code in ("ascii", "utf-16-le", "utf-16-be")
)

_DAMAGED: Final = (
    "This workbook is damaged and cannot be opened. Open it in your spreadsheet program, save it again, and import "
    "that file."
)
_LOCKED: Final = "This workbook is locked with a password. Save it without one, and import that file."
_UNFOLDS: Final = (
    "This workbook unpacks to more than can be read. Save its people alone as a new workbook or as CSV UTF-8."
)
_WIDE: Final = "A row of this workbook holds more than can be read. Is this a table of people?"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook as text: a record to each of its rows, so that a record's number is the row's.

    `names` are the sheets that have anything in them; `rows` is about how many this one has.
    """

    name: str
    names: tuple[str, ...]
    rows: int
    text: str


def is_workbook(content: bytes) -> bool:
    """Whether this is a workbook of the kind that is read here, by the names inside, which are plain text."""
    return content.startswith(b"PK\x03\x04") and b"xl/" in content and b"xl/workbook.bin" not in content


def read_sheet(content: bytes, name: str = "", *, first: int | None = None) -> Sheet:
    """The sheet of that name, or else the first one with anything in it; only its `first` filled rows where asked.

    Raises FileRefused, with one clear sentence, for a workbook that is damaged, locked, empty or unpacks to too much,
    and for a sheet that it does not have.
    """
    try:
        with warnings.catch_warnings(), zipfile.ZipFile(io.BytesIO(content)) as archive:
            warnings.simplefilter("ignore")  # about pictures, colours and whatever else is not read
            has_formulas = _look_through(archive)
            with _opened(content, values=True) as book:
                return _read(book, content, name, first, has_formulas=has_formulas)
    except FileRefused:
        raise
    except Exception as error:  # whatever a damaged archive makes its readers stumble over
        raise FileRefused(_DAMAGED) from error


def _look_through(archive: zipfile.ZipFile) -> bool:
    """Refuse what would not fit into memory or is not whole. Returns whether there are formulas."""
    parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise FileRefused(_LOCKED)
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise FileRefused(_UNFOLDS)
    has_formulas = False
    for part in parts:
        name = part.filename.lower()
        is_sheet = "worksheets/" in name and name.endswith(".xml")
        largest = MAX_UNPACKED if is_sheet else MAX_TEXTS if name.endswith("sharedstrings.xml") else MAX_PART
        is_text = name.endswith((".xml", ".rels", ".vml"))
        if is_text and part.file_size > largest:
            raise FileRefused(_UNFOLDS)
        since_row = 0
        # No more is unpacked than the archive claimed, and a part that differs from its checksum is an error.
        for piece in _pieces(archive, part):
            if not is_text:
                continue
            if _any_of(_OWN_ENTITIES, piece):
                raise FileRefused(_DAMAGED)
            if is_sheet:
                since_row = 0 if _any_of(_ROW, piece) else since_row + len(piece)
                if since_row > MAX_PART:
                    raise FileRefused(_WIDE)
                has_formulas = has_formulas or _any_of(_FORMULA, piece)
    return has_formulas


def _any_of(marks: tuple[bytes, ...], piece: bytes) -> bool:
    return any(mark in piece for mark in marks)


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part piece by piece, each beginning with the end of the one before."""
    with archive.open(part) as stream:
        tail = b""
        while piece := stream.read(_PIECE):
            yield tail + piece
            tail = piece[-_OVERLAP:]


@contextmanager
def _opened(content: bytes, *, values: bool) -> Iterator[Workbook]:
    """The workbook with the values of its formulas, or with the formulas."""
    # A tenth of a second, and only files of this kind need it.
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=values, keep_links=False)
    try:
        yield book
    finally:
        book.close()


def _read(book: Workbook, content: bytes, name: str, first: int | None, *, has_formulas: bool) -> Sheet:
    heights = {sheet.title: sheet.max_row for sheet in book.worksheets}
    sheets = [sheet for sheet in book.worksheets[:MAX_SHEETS] if any(map(any, _rows(sheet)))]
    if not sheets:
        raise FileRefused("This workbook has nothing in it.")
    names = tuple(sheet.title for sheet in sheets)
    if name and name not in names:
        raise FileRefused("This workbook has no sheet of that name with anything in it.")
    visible = [sheet for sheet in sheets if sheet.sheet_state == "visible"]
    chosen = sheets[names.index(name)] if name else (visible or sheets)[0]
    if has_formulas:
        with _opened(content, values=False) as formulas:
            both = zip(_rows(chosen), _rows(formulas[chosen.title]), strict=False)
            text, count = _as_text((_with_formulas(*pair) for pair in both), first)
    else:
        text, count = _as_text(_rows(chosen), first)
    about = count if first is None else heights[chosen.title] or count
    return Sheet(chosen.title, names, max(1, min(about - 1, MAX_ROWS)), text)


def _rows(sheet: Any) -> Iterator[Sequence[Any]]:
    """Every row with as many cells as a file may have columns, and one more that tells of those beyond."""
    sheet.reset_dimensions()  # what it says of its size is wrong in files of some programs
    return sheet.iter_rows(max_row=_LAST_ROW, max_col=MAX_COLUMNS + 1, values_only=True)  # type: ignore[no-any-return]


def _with_formulas(row: Sequence[Any], formulas: Sequence[Any]) -> Sequence[Any]:
    """A row in which a formula whose result was not saved stands as it is; no field takes that for its value."""
    return [_formula(given) if value is None else value for value, given in zip(row, formulas, strict=True)]


def _formula(given: Any) -> str | None:
    text = getattr(given, "text", given)
    return text if isinstance(text, str) and text.startswith("=") else None


def _as_text(rows: Iterator[Sequence[Any]], first: int | None) -> tuple[str, int]:
    """Rows as separated values, and how many have anything in them. Empty ones at the end are left out."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    width = empty = count = 0
    blank: Sequence[Any] | None = None  # the same one stands for all rows that a sheet leaves out
    for row in rows:
        if row is blank or row.count(None) == len(row):
            blank = row
            empty += 1
            continue
        if not width or row[width:].count(None) < len(row) - width:
            width = max(place for place, value in enumerate(row, 1) if value is not None)
            if width > MAX_COLUMNS:
                raise FileRefused(f"This sheet has more than {MAX_COLUMNS} columns; no more can be read.")
        writer.writerows(repeat((), empty))
        writer.writerow(map(_text, row[:width]))
        empty = 0
        count += 1
        if count == first:
            break
        if count > MAX_ROWS + 1:
            raise FileRefused(f"The file has more than {MAX_ROWS:,} rows. Split it and import the parts.")
        if buffer.tell() > _MOST_TEXT:
            raise FileRefused(_UNFOLDS)
    return buffer.getvalue(), count


def _text(value: Any) -> str:
    """A cell as its program shows it: no ".0" after whole numbers, days as YYYY-MM-DD."""
    if isinstance(value, str):
        return value[: MAX_CELL + 1]
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ")
    return value.isoformat() if isinstance(value, (date, time)) else str(value)
