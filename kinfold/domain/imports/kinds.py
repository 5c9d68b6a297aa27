"""Files that are no table of text, known by their first bytes, each with the sentence that says what to do.

Nothing is unpacked or parsed to find out, so an archive that would unfold to gigabytes does no harm here.
"""

from __future__ import annotations

import re
from typing import Final

_AS_CSV = "Open it in your spreadsheet program, save it as .xlsx or as CSV UTF-8, and import that file."
_PICTURE = "This is a picture, not a table. Choose a CSV file or a workbook."
_ARCHIVE = "This is a packed archive. Unpack it, and import the CSV file inside."
_OTHER = "This is not a text file. Choose a CSV file or a workbook."

_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode(
    "utf-16-le"
)  # a workbook with a password hides in an older kind of file
_BY_START: Final = (
    (b"\x89PNG\r\n\x1a\n", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF87a", _PICTURE),
    (b"GIF89a", _PICTURE),
    (b"II*\0", _PICTURE),
    (b"MM\0*", _PICTURE),
    (b"%PDF-", "This is a PDF document, not a table. Choose a CSV file or a workbook."),
    (
        _OLD_OFFICE,
        f"This is a file of an older Office program, such as .xls. {_AS_CSV}",
    ),
    (b"\x1f\x8b", _ARCHIVE),
    (b"Rar!\x1a\x07", _ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", _ARCHIVE),
    (b"\xfd7zXZ\0", _ARCHIVE),
    (b"SQLite format 3\0", "This is a database, not a table of text. Export its people as CSV."),
    (b"\x7fELF", _OTHER),
    (b"{\\rtf", "This is a text document (RTF), not a table. Choose a CSV file or a workbook."),
)
_UTF_16 = "This file is in UTF-16, which some programs call Unicode text. Save it as CSV UTF-8."
_BY_SHAPE: Final = (
    (re.compile(rb"BZh.1AY&SY", re.DOTALL), _ARCHIVE),
    (
        re.compile(rb"\s*<(!doctype\s+html|html|head|body|table)\b", re.IGNORECASE),
        "This is a web page, although it may be named like a spreadsheet. Export it again as CSV.",
    ),
    (re.compile(rb"\s*<\?xml\b", re.IGNORECASE), "This is an XML file, not a table. Export it again as CSV."),
    (
        re.compile(rb"\s*(\[\s*[\[{]|\{\s*\"[^\"]*\"\s*:)"),
        "This is a JSON file, not a table. Export it again as CSV.",
    ),
)


def foreign_kind(content: bytes) -> str | None:
    """The sentence for a file that is neither separated text nor a workbook that is read here, or None."""
    if content.startswith(_OLD_OFFICE) and _ENCRYPTED in content:
        return "This workbook is locked with a password. Save it without one, and import that file."
    for start, sentence in _BY_START:
        if content.startswith(start):
            return sentence
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _packed(content)
    if content.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")) or _utf_16_without_mark(content):
        return _UTF_16
    if _is_odd_picture(content):
        return _PICTURE
    head = content[:1000].removeprefix(b"\xef\xbb\xbf")
    return next((sentence for shape, sentence in _BY_SHAPE if shape.match(head)), None)


def _packed(content: bytes) -> str:
    """Office files are archives too; the names inside stand in the file as plain text."""
    if b"xl/workbook.bin" in content:
        return f"This is a binary workbook (.xlsb). {_AS_CSV}"
    if b"opendocument.spreadsheet" in content:
        return f"This is an OpenDocument spreadsheet (.ods). {_AS_CSV}"
    if b"word/document" in content:
        return "This is a Word document, not a table. Choose a CSV file or a workbook."
    return _ARCHIVE


def _is_odd_picture(content: bytes) -> bool:
    """Pictures whose first bytes alone could also begin a heading."""
    head = content[:32]
    return (
        (head.startswith(b"RIFF") and head[8:12] == b"WEBP")
        or (head[4:8] == b"ftyp" and head[8:12] in {b"heic", b"heix", b"mif1", b"avif", b"msf1"})
        or (head.startswith(b"BM") and head[6:10] == b"\0\0\0\0")
    )


def _utf_16_without_mark(content: bytes) -> bool:
    """Text in a Latin alphabet has a NUL in every second byte."""
    head = content[:400]
    half = len(head) // 2
    return half >= 4 and (head[::2].count(0) > half * 0.7 or head[1::2].count(0) > half * 0.7)
