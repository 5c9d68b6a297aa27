"""Files are read as they are, or refused with one sentence that names what they are."""

from __future__ import annotations

import csv
import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kinfold.domain.imports.errors import FileRefused
from kinfold.domain.imports.limits import MAX_BYTES, MAX_ROWS
from kinfold.domain.imports.reading import Table, load, read

HEADER = "First Name,Last Name,Email"


def rows_of(table: Table) -> list[tuple[int, list[str]]]:
    return [pair for block in table.blocks(3) for pair in zip(block.lines, block.rows, strict=True)]


def refusal(content: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        rows_of(read(content))
    return refused.value.message


@pytest.mark.requirement("U57")
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_separator_line_ends_and_encoding_are_found(delimiter: str, newline: str, encoding: str) -> None:
    lines = [["First", "Last"], ["Zoë", "Müller"], ["José", "O'Neil"]]
    text = newline.join(delimiter.join(cells) for cells in lines)
    table = read(text.encode(encoding))
    assert table.header == ("First", "Last")
    assert table.delimiter == delimiter
    assert table.encoding == ("Windows-1252" if encoding == "cp1252" else "UTF-8")
    assert rows_of(table) == [(2, ["Zoë", "Müller"]), (3, ["José", "O'Neil"])]


cells = st.text(
    st.characters(exclude_characters="\0\ufeff", exclude_categories=["Cs"], max_codepoint=0x2FFF), max_size=12
)


@given(
    rows=st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=12),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    mark=st.booleans(),
)
def test_what_a_program_wrote_is_what_is_read(
    rows: list[list[str]], delimiter: str, newline: str, quoting: int, mark: bool
) -> None:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=newline, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(["alpha", "beta", "gamma"])
    writer.writerows(rows)
    content = buffer.getvalue().encode("utf-8-sig" if mark else "utf-8")
    full = [row for row in rows if any(row)]
    if quoting == csv.QUOTE_MINIMAL:  # programs leave a strange line end in a cell without quotation marks
        assume(not any(sign in cell for row in rows for cell in row for sign in "\r\n"))
    if not full:
        assert "no rows" in refusal(content)
        return
    table = read(content)
    assert table.header == ("alpha", "beta", "gamma")
    assert table.delimiter == delimiter
    assert [row for _, row in rows_of(table)] == full
    reader = csv.reader(io.StringIO(buffer.getvalue(), newline=""), delimiter=delimiter)
    expected, end = [], 0
    for row in reader:
        expected.append((end + 1, row))
        end = reader.line_num
    assert [line for line, _ in rows_of(table)] == [line for line, row in expected[1:] if any(row)]


def _is_utf_8(content: bytes) -> bool:
    try:
        return bool(content.decode("utf-8")) and not content.isascii()
    except UnicodeDecodeError:
        return False


@given(st.lists(st.text("abcéüßÀñ ’“", min_size=1, max_size=8), min_size=1, max_size=6))
def test_windows_1252_is_read_or_refused_but_never_misread(names: list[str]) -> None:
    content = "\n".join(["first,last", *(f"{name.strip()}x,Smith" for name in names)]).encode("cp1252")
    assume(not _is_utf_8(content))  # bytes that are right in both can only be taken for one of them
    try:
        table = read(content)
    except FileRefused:
        return
    assert [row[0] for _, row in rows_of(table)] == [f"{name.strip()}x" for name in names]


def test_one_broken_byte_in_a_utf_8_file_names_its_line() -> None:
    good = f"{HEADER}\nZoë,Müller,zoe@example.org\nJosé,García,jose@example.org\n".encode()
    position = good.index("í".encode())
    for broken in (
        good[:position] + b"\xff" + good[position:],
        good[:position] + good[position + 1 :],
        good[: position + 1] + good[position + 2 :],
    ):
        assert "a character on line 3 is damaged" in refusal(broken)


@pytest.mark.parametrize("damage", [b"\xff", b"\x80", b"\x8d", b"\xc3", b"\xfe\xff"])
def test_a_broken_byte_in_a_plain_file_is_not_taken_for_an_accent(damage: bytes) -> None:
    content = f"{HEADER}\nAda,Byron,ada@example.org\nJos".encode() + damage + b",Smith,j@example.org\n"
    assert "line 3" in refusal(content)


def test_one_accent_is_enough_for_windows_1252() -> None:
    table = read(f"{HEADER}\nJosé,Smith,j@example.org\n".encode("cp1252"))
    assert rows_of(table)[0][1][0] == "José"


def test_a_file_that_mixes_encodings_is_refused() -> None:
    content = b"first,last\nZo\xc3\xab,A\n" + b"Jos\xe9,B\nM\xfcller,C\nIn\xeas,D\n"
    assert "mixes two encodings" in refusal(content)


def test_text_in_another_alphabet_without_utf_8_is_refused() -> None:
    names = "\n".join(["Иван,Петров", "Мария,Смирнова", "Анна,Кузнецова"] * 3)
    assert "encoding that Kinfold does not know" in refusal(b"first,last\n" + names.encode("koi8-r"))


def test_utf_16_is_named() -> None:
    text = f"{HEADER}\nAda,Byron,ada@example.org\n"
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        assert "UTF-16" in refusal(text.encode(encoding))


def zipped(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, "0" * 1_000_000)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n\r\n", "empty"),
        (b"first,last\n", "no rows"),
        (b"first,last\n,\n,\n", "no rows"),
        (b"first\nAda\n", "Only one column"),
        (b'"first,last\nAda,Byron\n', "never closed"),
        (b"ada@example.org,Ada,Byron\nben@example.org,Ben,King\n", "looks like a person"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 90, "picture"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 90, "picture"),
        (b"GIF89a" + b"\0" * 90, "picture"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "picture"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 90, "save it as .xlsx or as CSV"),
        (zipped("xl/workbook.xml"), "damaged"),
        (zipped("word/document.xml"), "Word document"),
        (zipped("people.csv"), "packed archive"),
        (b"\x1f\x8b\x08" + b"\0" * 90, "packed archive"),
        (b"SQLite format 3\0" + b"\0" * 90, "database"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"<?xml version='1.0'?>", "XML"),
        (b'[{"first_name": "Ada"}]', "JSON"),
        (b"{\\rtf1\\ansi}", "RTF"),
        (b"first,last\nAda,By\0ron\n", "Line 2 holds a NUL byte"),
        (b'first,last\nAda,Byron\nBen,"King\nCem,Oz\n', "opened in the row on line 3"),
        (b'first,last\nAda,"By"ron\n', "row on line 2"),
        (b"first,last\nAda," + b"x" * 200_000 + b"\n", "starts on line 2"),
        (b"first,last\nAda," + b"x" * 10_000_000 + b"\n", "Line 2 has more than 1,000,000"),
        (b"first,last\rAda," + b"x" * 10_000_000 + b"\r", "Line 2 has more than 1,000,000"),
        (b",".join(b"c%d" % number for number in range(300)) + b"\n", "300 columns"),
        (b"a,b\n" * (MAX_BYTES // 4 + 1), "larger than 20 MB"),
    ],
)
def test_a_file_that_is_no_table_gets_one_sentence(content: bytes, says: str) -> None:
    message = refusal(content)
    assert says in message
    assert "\n" not in message


def test_a_million_columns_are_refused_in_bounded_memory() -> None:
    content = b",".join(b"c%d" % number for number in range(1_000_000)) + b"\n" + b"," * 999_999
    tracemalloc.start()
    try:
        assert "columns" in refusal(content)
        assert tracemalloc.get_traced_memory()[1] < 6 * len(content)
    finally:
        tracemalloc.stop()


def test_too_many_rows_are_refused() -> None:
    assert f"{MAX_ROWS:,} rows" in refusal(b"a,b\n" + b"1,2\n" * (MAX_ROWS + 1))


def test_rows_that_do_not_fit_the_headings_say_so_with_their_line() -> None:
    content = (
        b'first,last,tag\nAda,Byron,x\n\nBen\n"Cem\nYusuf",Oz,y,z\nDee,Fox,w,,\nEve,'
        + b"e" * 10_001
        + b",v\n"
    )
    table = read(content)
    (block,) = table.blocks()
    assert list(zip(block.lines, block.rows, strict=True)) == [
        (2, ["Ada", "Byron", "x"]),
        (7, ["Dee", "Fox", "w"]),
    ]
    assert [(misfit.line, misfit.reason) for misfit in block.misfits] == [
        (4, "The row has 1 cell, and there are 3 headings."),
        (5, "The row has 4 cells, and there are 3 headings."),
        (8, "A cell has more than 10,000 characters."),
    ]


def test_the_line_of_a_row_counts_the_breaks_inside_cells() -> None:
    table = read(b'first,note\r\nAda,"one\r\ntwo"\r\nBen,"a\rb\nc"\r\nCem,\r\n')
    assert [line for line, _ in rows_of(table)] == [2, 4, 7]


def test_headings_are_tidied_and_empty_ones_named_after_their_place() -> None:
    table = read(b'\xef\xbb\xbf\n" First\nName ",,Last,,\nAda,x,Byron,,\n')
    assert table.header == ("First Name", "Column 2", "Last")
    assert rows_of(table) == [(4, ["Ada", "x", "Byron"])]


def test_the_separator_line_of_spreadsheets_is_understood() -> None:
    table = read(b"sep=;\nfirst;last\nAda;Byron, Countess\n")
    assert table.header == ("first", "last")
    assert rows_of(table) == [(3, ["Ada", "Byron, Countess"])]


def test_a_sample_shows_the_first_different_values_of_each_column() -> None:
    table = read(b"first,last\nAda,\nAda,Byron\nBen,King\nCem,Oz\n")
    assert table.sample(2) == [["Ada", "Ben"], ["Byron", "King"]]


def test_a_file_is_measured_before_it_is_opened(tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(25_000_000)
    with pytest.raises(FileRefused, match="larger than 20 MB"):
        load(large)
    with pytest.raises(FileRefused, match="no such file"):
        load(tmp_path / "absent.csv")
    with pytest.raises(FileRefused, match="no such file"):
        load(tmp_path)
