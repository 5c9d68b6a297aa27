"""A workbook is read as the table it shows, or refused with one sentence before it can do harm."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from datetime import date, datetime
from functools import cache

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from kinfold.domain.imports.errors import FileRefused
from kinfold.domain.imports.reading import Table, read
from tests.domain.imports.workbooks import rewritten, saved, workbook

HEADER = ("First name", "Last name", "Email")
ADA = ("Ada", "Byron", "ada@example.org")
SHEET = "xl/worksheets/sheet1.xml"


def rows_of(table: Table) -> list[tuple[int, list[str]]]:
    return [pair for block in table.blocks(3) for pair in zip(block.lines, block.rows, strict=True)]


def refusal(content: bytes, **how: str) -> str:
    with pytest.raises(FileRefused) as refused:
        rows_of(read(content, **how))  # type: ignore[arg-type]
    return refused.value.message


@pytest.mark.requirement("U57")
def test_cells_are_read_as_the_sheet_shows_them_with_the_numbers_of_its_rows() -> None:
    content = workbook(
        ("Name", "Born", "Number", "Share", "Yes", "Seen"),
        ("Zoë", date(1990, 2, 3), 1234567, 0.5, True, datetime(2026, 1, 2, 15, 30)),  # noqa: DTZ001
        (),
        (),
        ("two\nlines", "3/4/1990", 12125552368.0, 1e20, None, "  "),
        ("O'Neil", None, "007", -1.25, False, ""),
    )
    table = read(content)
    assert (table.encoding, table.sheet, table.sheets) == ("Excel workbook", "People", ("People",))
    assert rows_of(table) == [
        (2, ["Zoë", "1990-02-03", "1234567", "0.5", "TRUE", "2026-01-02 15:30:00"]),
        (5, ["two\nlines", "3/4/1990", "12125552368", "1e+20", "", "  "]),
        (6, ["O'Neil", "", "007", "-1.25", "FALSE", ""]),
    ]


def test_days_count_from_1900_or_from_1904_as_the_workbook_says() -> None:
    for epoch in (None, CALENDAR_MAC_1904):
        book = Workbook()
        if epoch:
            book.epoch = epoch
        sheet = book.active
        assert sheet is not None
        sheet.append(["Name", "Born"])
        sheet.append(["Ada", date(1985, 7, 10)])
        assert rows_of(read(saved(book))) == [(2, ["Ada", "1985-07-10"])]


def test_a_formula_is_read_as_its_saved_result_and_otherwise_stands_as_it_is() -> None:
    content = workbook(HEADER, ("=1+1", '=HYPERLINK("http://x.example")', "ada@example.org"))
    assert rows_of(read(content))[0][1][:2] == ["=1+1", '=HYPERLINK("http://x.example")']
    calculated = rewritten(
        content, SHEET, lambda text: text.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>")
    )
    assert rows_of(read(calculated))[0][1][:2] == ["2", '=HYPERLINK("http://x.example")']


def test_the_first_visible_sheet_with_anything_in_it_is_read_or_the_one_that_is_named() -> None:
    book = Workbook()
    hidden = book.active
    assert hidden is not None
    hidden.title = "Old"
    hidden.append(["a", "b"])
    hidden.append(["1", "2"])
    hidden.sheet_state = "hidden"
    book.create_sheet("Empty")
    chart = BarChart()
    chart.add_data(Reference(hidden, min_col=1, min_row=1, max_row=2))
    book.create_chartsheet("Chart").add_chart(chart)
    for name in ("Clients", "Others"):
        sheet = book.create_sheet(name)
        sheet.append(["First", "Last"])
        sheet.append([name, "x"])
    content = saved(book)
    table = read(content)
    assert (table.sheet, table.sheets) == ("Clients", ("Old", "Clients", "Others"))
    assert rows_of(read(content, sheet="Others")) == [(2, ["Others", "x"])]
    assert "no sheet of that name" in refusal(content, sheet="Empty")
    assert "Only a workbook has sheets" in refusal(b"a,b\n1,2\n", sheet="Empty")


def test_rows_that_do_not_fit_the_headings_say_so_with_their_row() -> None:
    (block,) = read(workbook(HEADER, ADA, ("Ben", "King", "b@x.org", "more"), ("x" * 10_001,))).blocks()
    assert list(block.lines) == [2]
    assert [(misfit.line, misfit.reason) for misfit in block.misfits] == [
        (3, "The row has 4 cells, and there are 3 headings."),
        (4, "A cell has more than 10,000 characters."),
    ]


def test_the_beginning_of_a_workbook_is_enough_to_match_its_columns() -> None:
    content = workbook(HEADER, *(ADA for _ in range(300)))
    table = read(content, beginning=True)
    assert (table.header, table.rows) == (HEADER, 300)
    assert len(rows_of(table)) < 60
    assert len(rows_of(read(content))) == 300


GOOD = workbook(HEADER, ADA)


def encrypted() -> bytes:
    """As programs save a workbook with a password: an older kind of file around it."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 90 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 90
    )


def locked() -> bytes:
    """The mark of a packed part with a password."""
    content = bytearray(GOOD)
    for place in range(len(content) - 46):
        if content[place : place + 4] == b"PK\x01\x02":
            content[place + 8] |= 1
    return bytes(content)


def one_broken_byte() -> bytes:
    place = GOOD.index(SHEET.encode()) + len(SHEET) + 40
    return GOOD[:place] + bytes([GOOD[place] ^ 0xFF]) + GOOD[place + 1 :]


def entities() -> bytes:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return rewritten(GOOD, "xl/sharedStrings.xml", lambda text: bomb + text)


@cache
def million_columns() -> bytes:
    return rewritten(
        GOOD,
        SHEET,
        lambda text: text.replace(
            b"<sheetData>", b"<sheetData><row>" + b"<c><v>1</v></c>" * 1_000_000 + b"</row>"
        ),
    )


@cache
def unfolding() -> bytes:
    """A part of 251 MB that is packed into 250 KB."""
    buffer = io.BytesIO(GOOD)
    with (
        zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/media/a.bin", "w") as part,
    ):
        for _ in range(251):
            part.write(bytes(1_000_000))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (encrypted(), "locked with a password"),
        (locked(), "locked with a password"),
        (one_broken_byte(), "damaged"),
        (GOOD[: len(GOOD) // 2], "damaged"),
        (rewritten(GOOD, "xl/workbook.xml", lambda _: b"<no"), "damaged"),
        (
            rewritten(GOOD, "[Content_Types].xml", lambda text: text.replace(b"sheet.main", b"nothing")),
            "damaged",
        ),
        (rewritten(GOOD, SHEET, lambda text: text.replace(b'<c r="A2"', b'<c r="!!"')), "damaged"),
        (entities(), "damaged"),
        (rewritten(GOOD, "xl/styles.xml", lambda text: text + b" " * 9_000_000), "unpacks to more"),
        (unfolding(), "unpacks to more"),
        (million_columns(), "A row of this workbook holds more than can be read"),
        (workbook([f"c{n}" for n in range(201)], ["1"] * 201), "more than 200 columns"),
        (workbook(), "nothing in it"),
        (workbook(HEADER), "no rows"),
        (workbook(("Clients of 2026",), HEADER, ADA), "at least two columns"),
        (workbook(ADA, ADA), "looks like a person"),
        (rewritten(GOOD, "xl/workbook.bin", lambda _: b"x"), "xlsb"),
    ],
)
def test_a_workbook_that_cannot_be_read_gets_one_sentence(content: bytes, says: str) -> None:
    message = refusal(content)
    assert says in message
    assert "\n" not in message


def test_what_unpacks_to_too_much_is_refused_in_bounded_memory() -> None:
    files = (unfolding(), million_columns())
    tracemalloc.start()
    try:
        for content in files:
            refusal(content)
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()


def test_a_row_far_down_and_a_column_far_right_do_no_harm() -> None:
    far = rewritten(
        GOOD,
        SHEET,
        lambda text: text.replace(
            b"</sheetData>", b'<row r="999999999"><c r="XFD999999999"><v>1</v></c></row></sheetData>'
        ),
    )
    assert rows_of(read(far)) == [(2, list(ADA))]
