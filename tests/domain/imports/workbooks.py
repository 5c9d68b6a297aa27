"""Workbooks as spreadsheet programs save them, and as somebody may have tampered with them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence

from openpyxl import Workbook


def workbook(
    *rows: Sequence[object],
    more: Mapping[str, Sequence[Sequence[object]]] | None = None,
    name: str = "People",
) -> bytes:
    """A workbook of one sheet with these rows, and `more` sheets after it."""
    book = Workbook()
    first = book.active
    assert first is not None
    first.title = name
    for row in rows:
        first.append(list(row))
    for title, others in (more or {}).items():
        sheet = book.create_sheet(title)
        for row in others:
            sheet.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    """As a file."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def rewritten(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same workbook with another text in one of its parts, or with one more part."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        new.writestr(part, change(old.read(part) if part in old.namelist() else b""))
    return buffer.getvalue()
