"""Which encoding a text file is in, by rules that can be told to the person who brought it.

1. A file that is valid UTF-8 is UTF-8, with or without a byte order mark.
2. A file whose other-than-ASCII characters are mostly valid UTF-8 is UTF-8 with damage: it is refused, and the message
   names the first damaged line. Reading it as Windows-1252 would turn every good accent into two wrong letters.
3. Anything else is Windows-1252, provided that it then reads like names with some accents.
"""

from __future__ import annotations

import re
from typing import Final, Literal

Encoding = Literal["UTF-8", "Windows-1252", "Excel workbook"]

# A file from Windows-1252 holds a valid UTF-8 sequence only by chance, or where an earlier conversion went wrong.
_CHANCE: Final = 0.05
# In languages written with Windows-1252, accented letters are a small part of all letters.
_MOST_ACCENTS: Final = 0.35

_DAMAGE = re.compile("[\udc80-\udcff]+")  # bytes that are no UTF-8; one place of damage may have several
_VALID = re.compile("[^\x00-\x7f\udc80-\udcff]")
_UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_ASCII_LETTERS = re.compile(rb"[A-Za-z]")
_HIGH = re.compile(rb"[\x80-\xff]")
# Bytes 0xFE and 0xFF are þ and ÿ, hardly ever seen in names, and the bytes most often left by damage.
# A capital that follows a small letter is what is left of a UTF-8 letter that lost its second byte.
_HALF_LETTERS = re.compile(rb"[a-z][\xc0-\xde]")
_ACCENTED_LETTERS = re.compile(rb"[\x8a\x8c\x8e\x9a\x9c\x9e\x9f\xc0-\xd6\xd8-\xf6\xf8-\xfd]")


class UnknownEncoding(Exception):
    """The text cannot be read safely. `sentence` has a place for the line of `position`."""

    def __init__(self, sentence: str, position: int) -> None:
        self.sentence = sentence
        self.position = position
        super().__init__(sentence)


def encoding_of(content: bytes) -> Literal["UTF-8", "Windows-1252"]:
    """The encoding of a text without NUL bytes. Raises UnknownEncoding."""
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        first_broken = error.start
    else:
        return "UTF-8"

    decoded = content.decode("utf-8-sig", "surrogateescape")
    broken = len(_DAMAGE.findall(decoded))
    valid = len(_VALID.findall(decoded))
    if content.startswith(b"\xef\xbb\xbf") or valid >= broken:
        raise UnknownEncoding(
            "The file is UTF-8, and a character on line {line} is damaged. Correct it there, or save the file again "
            "as CSV UTF-8.",
            first_broken,
        )
    if valid > broken * _CHANCE:
        raise UnknownEncoding(
            "The file mixes two encodings; the first place is on line {line}. Save it again as CSV UTF-8.",
            first_broken,
        )
    _check_windows_1252(content, first_broken)
    return "Windows-1252"


def _check_windows_1252(content: bytes, first: int) -> None:
    if undefined := _UNDEFINED.search(content):
        raise UnknownEncoding(
            "A character on line {line} cannot be read: it belongs neither to UTF-8 nor to Windows-1252. Save the file "
            "again as CSV UTF-8.",
            undefined.start(),
        )
    marks = len(_HIGH.findall(content))
    accented = len(_ACCENTED_LETTERS.findall(content))
    if accented * 2 < marks or len(_HALF_LETTERS.findall(content)) * 2 > marks:
        raise UnknownEncoding(
            "A character on line {line} is damaged, or the file is in an encoding that Kinfold does not know. Save it "
            "again as CSV UTF-8.",
            first,
        )
    letters = len(_ASCII_LETTERS.findall(content)) + marks
    if marks > 20 and marks > letters * _MOST_ACCENTS:
        raise UnknownEncoding(
            "The file is in an encoding that Kinfold does not know; the first such letter is on line {line}. Save it "
            "again as CSV UTF-8.",
            first,
        )
