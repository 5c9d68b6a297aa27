"""A file of people as a practice really brings it, separated values or a workbook, read into rows with their lines.

Reading never guesses in silence. The encoding and the separator are found by rules that fit in a sentence each, and
whatever is not a table of text is refused with one sentence that names it (RELIABILITY row 18). A file has at most
20 MB, so it is held once as bytes; rows are read from it one at a time.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from kinfold.domain.imports.encodings import Encoding, UnknownEncoding, encoding_of
from kinfold.domain.imports.errors import FileRefused
from kinfold.domain.imports.kinds import foreign_kind
from kinfold.domain.imports.limits import (
    MAX_BYTES,
    MAX_CELL,
    MAX_COLUMNS,
    MAX_HEADING,
    MAX_LINE,
    MAX_ROWS,
)
from kinfold.domain.imports.workbooks import is_workbook, read_sheet

BLOCK: Final = 2_000
# Begins the line below the headings in which our templates explain their columns.
NOT_READ: Final = "# This line is not read."
DELIMITERS: Final = (",", ";", "\t", "|")

_SAMPLE_ROWS = 40
_SHOWN_OF_LONG = 200
_BREAK = re.compile(r"\r\n|\r|\n")
# From line end to line end, so that the search stays linear.
_TOO_LONG_LINE = re.compile(rb"(?:\A|[\r\n])[^\r\n]{%d}" % (MAX_LINE + 1))
_SEP_LINE = re.compile(r"sep=([,;\t|])\s*", re.IGNORECASE)
_LOOKS_LIKE_DATA = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")


class Misfit(NamedTuple):
    """A record whose cells cannot be told apart by the headings."""

    line: int
    cells: list[str]
    reason: str


class Block(NamedTuple):
    """A run of records. `lines` says where each of `rows` starts in the file; `misfits` are not among them."""

    lines: Sequence[int]
    rows: list[list[str]]
    misfits: list[Misfit]


@dataclass(frozen=True, slots=True)
class Table:
    """A file that can be read: its headings, how it is written, and its rows, as often as they are asked for.

    A heading that is empty in the file is called "Column 3" after its place.
    """

    header: tuple[str, ...]
    encoding: Encoding
    delimiter: str
    digest: str
    content: bytes = field(repr=False)
    header_end: int  # the line on which the headings end
    has_long_lines: bool
    rows: int  # about how many
    sheet: str = (
        ""  # of a workbook, whose rows are records here; the others with anything in them are in `sheets`
    )
    sheets: tuple[str, ...] = ()

    def blocks(self, size: int = BLOCK) -> Iterator[Block]:
        """The records below the headings, empty ones left out, a block at a time (one at a time is twice as slow)."""
        reader = csv.reader(_lines(self.content, self.encoding), delimiter=self.delimiter, strict=True)
        count = record = 0
        try:
            while reader.line_num < self.header_end:
                next(reader)
                record += 1
            while True:
                before = reader.line_num
                rows = list(islice(reader, size))
                if not rows:
                    return
                height = reader.line_num - before
                lines: Sequence[int] = range(before + 1, reader.line_num + 1)
                if self.sheet:
                    lines = range(record + 1, record + len(rows) + 1)
                    record += len(rows)
                elif height != len(rows):
                    lines = _starts(rows, before + 1)
                block = Block(lines, rows, [])
                if height != len(rows) or self.has_long_lines or not self._all_fit(rows):
                    block = self._sorted_out(block)
                count += len(block.rows) + len(block.misfits)
                if count > MAX_ROWS:
                    raise FileRefused(
                        f"The file has more than {MAX_ROWS:,} rows. Split it and import the parts."
                    )
                yield block
        except csv.Error as error:
            raise self._where(error) from error

    def sample(self, limit: int = 5) -> list[list[str]]:
        """For each column, its first values that are not empty, for a person who matches the columns."""
        found: list[list[str]] = [[] for _ in self.header]
        for block in self.blocks(_SAMPLE_ROWS):
            for row in block.rows:
                for values, cell in zip(found, row, strict=True):
                    if cell.strip() and len(values) < limit and cell not in values:
                        values.append(cell)
            break
        return found

    def _all_fit(self, rows: list[list[str]]) -> bool:
        return set(map(len, rows)) == {len(self.header)} and all(map(any, rows))

    def _sorted_out(self, block: Block) -> Block:
        """Empty records dropped, and those that do not fit the headings set apart."""
        width = len(self.header)
        lines: list[int] = []
        rows: list[list[str]] = []
        misfits: list[Misfit] = []
        for line, cells in zip(block.lines, block.rows, strict=True):
            if not any(cells):
                continue
            if len(cells) > width and not any(cells[width:]):
                del cells[width:]
            if any(len(cell) > MAX_CELL for cell in cells):
                kept = [cell[:_SHOWN_OF_LONG] for cell in cells[:width]]
                misfits.append(Misfit(line, kept, f"A cell has more than {MAX_CELL:,} characters."))
            elif len(cells) != width:
                misfits.append(Misfit(line, cells[:MAX_COLUMNS], _ragged(len(cells), width)))
            else:
                lines.append(line)
                rows.append(cells)
        return Block(lines, rows, misfits)

    def _where(self, error: csv.Error) -> FileRefused:
        """Read again, record by record, to say on which line the broken one starts."""
        reader = csv.reader(_lines(self.content, self.encoding), delimiter=self.delimiter, strict=True)
        line = 1
        try:
            for _ in reader:
                line = reader.line_num + 1
        except csv.Error as same:
            error = same
        return _quoting_refused(error, line)


def load(path: Path) -> bytes:
    """The content of a file on disk. Its size is looked at before it is opened."""
    try:
        if not path.is_file():
            raise FileRefused("There is no such file.")
        if path.stat().st_size > MAX_BYTES:
            raise _too_large()
        return path.read_bytes()
    except OSError as error:
        raise FileRefused("The file cannot be opened.") from error


def read(content: bytes, *, sheet: str = "", beginning: bool = False) -> Table:
    """Find out how a file is written, and read its headings. Raises FileRefused with one clear sentence.

    Of a workbook, the `sheet` of that name or else the first that is not empty. The `beginning` of one is enough to
    match its columns, and much quicker; files of separated values are read when their rows are asked for.
    """
    if len(content) > MAX_BYTES:
        raise _too_large()
    if is_workbook(content):
        return _workbook(content, sheet, beginning=beginning)
    if sheet:
        raise FileRefused("Only a workbook has sheets, and this file is none.")
    if not content.strip(b"\xef\xbb\xbf \t\r\n"):
        raise FileRefused("The file is empty.")
    if kind := foreign_kind(content):
        raise FileRefused(kind)
    if (nul := content.find(b"\0")) >= 0:
        line = line_of(content, nul)
        raise FileRefused(
            f"Line {line} holds a NUL byte, so this is not a text file, or it is damaged.", line=line
        )
    try:
        encoding = encoding_of(content)
    except UnknownEncoding as error:
        line = line_of(content, error.position)
        raise FileRefused(error.sentence.format(line=line), line=line) from error

    # Counted by line feeds first, since that takes milliseconds and nearly every file passes.
    has_long_lines = max(map(len, io.BytesIO(content))) > MAX_CELL
    if has_long_lines and (too_long := _TOO_LONG_LINE.search(content)):
        raise _line_refused(content, too_long.end())

    first = next(_lines(content, encoding))
    hint = _SEP_LINE.fullmatch(first)
    delimiter = hint[1] if hint else _delimiter_of(content, encoding, first)
    header, header_end = _header_of(content, encoding, delimiter, first_line=2 if hint else 1)
    digest = sha256(content).hexdigest()
    rows = max(content.count(b"\n") - 1, 1)
    return _not_empty(Table(header, encoding, delimiter, digest, content, header_end, has_long_lines, rows))


def _workbook(content: bytes, name: str, *, beginning: bool) -> Table:
    found = read_sheet(content, name, first=_SAMPLE_ROWS + 2 if beginning else None)
    text = found.text.encode()
    header, header_end = _header_of(text, "UTF-8", ",", first_line=1)
    return _not_empty(
        Table(
            header,
            "Excel workbook",
            ",",
            sha256(content).hexdigest(),
            text,
            header_end,
            has_long_lines=max(map(len, io.BytesIO(text))) > MAX_CELL,
            rows=found.rows,
            sheet=found.name,
            sheets=found.names,
        )
    )


def _not_empty(table: Table) -> Table:
    if not any(block.rows or block.misfits for block in table.blocks(_SAMPLE_ROWS)):
        raise FileRefused("The file has headings and no rows below them.")
    return table


def line_of(content: bytes, position: int) -> int:
    """The number of the line that holds the byte at `position`, as a text editor counts."""
    return content.count(b"\n", 0, position) + _lone_returns(content, position) + 1


def _lone_returns(content: bytes, position: int) -> int:
    return content.count(b"\r", 0, position) - content.count(b"\r\n", 0, position)


def _lines(content: bytes, encoding: Encoding) -> Iterator[str]:
    """The lines as text, one at a time, their ends kept (a quoted cell may hold some)."""
    codec = "cp1252" if encoding == "Windows-1252" else "utf-8-sig"
    return io.TextIOWrapper(io.BytesIO(content), encoding=codec, newline="")


def _starts(rows: list[list[str]], line: int) -> list[int]:
    """Where each record starts when some run over several lines."""
    starts: list[int] = []
    for cells in rows:
        starts.append(line)
        line += 1 + sum(len(_BREAK.findall(cell)) for cell in cells)
    return starts


def _delimiter_of(content: bytes, encoding: Encoding, first_line: str) -> str:
    """The separator that splits the headings in two or more, and of those, the one that splits most rows alike."""
    best: tuple[float, int, str] | None = None
    for delimiter in DELIMITERS:
        widths: list[int] = []
        reader = csv.reader(_lines(content, encoding), delimiter=delimiter)
        try:
            for cells in reader:
                if any(cells):
                    widths.append(len(cells))
                if len(widths) > _SAMPLE_ROWS:
                    break
        except csv.Error:
            pass  # an oversized cell further down; what was seen until then decides
        if not widths or widths[0] < 2:
            continue
        alike = widths.count(widths[0]) / len(widths)
        if best is None or (alike, widths[0]) > best[:2]:
            best = (alike, widths[0], delimiter)
    if best is None:
        if first_line.count('"') % 2:
            raise FileRefused("A quotation mark opened in the headings is never closed.", line=1)
        raise FileRefused(
            "Only one column was found. Separate the columns with commas, semicolons, tabs or vertical bars, and put "
            "the headings on the first line."
        )
    return best[2]


def _header_of(
    content: bytes, encoding: Encoding, delimiter: str, *, first_line: int
) -> tuple[tuple[str, ...], int]:
    """The headings, and the line on which they end."""
    reader = csv.reader(_lines(content, encoding), delimiter=delimiter, strict=True)
    cells: list[str] = []
    try:
        for cells in reader:
            if reader.line_num >= first_line and any(cell.strip() for cell in cells):
                break
    except csv.Error as error:
        raise _quoting_refused(error, 1) from error
    names = [" ".join(cell.split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MAX_COLUMNS:
        raise FileRefused(f"The file has {len(names):,} columns; at most {MAX_COLUMNS} can be read.", line=1)
    if len(names) < 2:
        raise FileRefused("The first line has to hold the headings of at least two columns.", line=1)
    if any(len(name) > MAX_HEADING for name in names):
        raise FileRefused(f"A heading has more than {MAX_HEADING} characters.", line=1)
    if any(_LOOKS_LIKE_DATA.fullmatch(name) for name in names):
        raise FileRefused(
            "The first line looks like a person. Put the headings of the columns on the first line.", line=1
        )
    header_end = reader.line_num
    with suppress(csv.Error):  # told with its line when the rows are read
        if any(cell.startswith(NOT_READ) for cell in next(reader, [])[:1]):
            header_end = reader.line_num
    return tuple(name or f"Column {place}" for place, name in enumerate(names, 1)), header_end


def _ragged(found: int, expected: int) -> str:
    cells = "1 cell" if found == 1 else f"{found:,} cells"
    return f"The row has {cells}, and there are {expected} headings."


def _quoting_refused(error: csv.Error, line: int) -> FileRefused:
    text = str(error)
    if "field larger" in text:
        return FileRefused(
            f"A cell that starts on line {line} has far more than {MAX_CELL:,} characters.", line=line
        )
    if "unexpected end" in text:
        return FileRefused(f"A quotation mark opened in the row on line {line} is never closed.", line=line)
    return FileRefused(
        f"In the row on line {line}, text follows a closing quotation mark. A quotation mark inside a cell is "
        "written twice.",
        line=line,
    )


def _line_refused(content: bytes, position: int) -> FileRefused:
    line = line_of(content, position)
    beginning = content[position - MAX_LINE : position]
    if max(beginning.count(delimiter.encode()) for delimiter in DELIMITERS) >= MAX_COLUMNS:
        return FileRefused(
            f"Line {line} has more than {MAX_COLUMNS} columns; no more can be read.", line=line
        )
    return FileRefused(
        f"Line {line} has more than {MAX_LINE:,} characters. Is this a table of people?", line=line
    )


def _too_large() -> FileRefused:
    return FileRefused(f"The file is larger than {MAX_BYTES // 1_000_000} MB. Split it and import the parts.")
