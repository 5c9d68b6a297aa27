"""Which passwords are taken: long ones that nobody else thought of first (RELIABILITY section 2).

Length does the work: 15 characters, or 12 beside a second factor. Nothing is said about capitals, digits
or signs, and nothing expires. What is long and still easy to guess is refused: common passwords, two of
them in a row, keyboard walks, and the person's own name or address.
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import django.contrib.auth

LENGTH_ALONE = 15
LENGTH_WITH_SECOND_FACTOR = 12
LENGTH_MOST = 200
# Of what is typed no more is looked at: composing and hashing megabytes would keep the server busy. Letters that a
# keyboard composes of several signs leave room for the longest password.
_MOST_TYPED = 5 * LENGTH_MOST

_TOO_EASY = (
    "This password is easy to guess. Use several words that do not belong together, or a password manager."
)


def normalised(password: str) -> str:
    """The same password whichever way a keyboard composes its letters (NFKC).

    Half a character, which only a program can send, is spelled out: it fits no password, and breaks nothing.
    """
    typed = password[:_MOST_TYPED]
    return unicodedata.normalize("NFKC", typed).encode("utf-8", "backslashreplace").decode()


def problems(password: str, *, about: Iterable[str] = (), has_second_factor: bool = False) -> tuple[str, ...]:
    """What is wrong with a new password, as sentences; none when it is taken.

    `about` is what others know of the person: name, e-mail address, the practice's name.
    """
    if any("\ud800" <= character <= "\udfff" for character in password):
        return ("Use letters, digits and signs that can be typed.",)
    too_long, password = len(password) > _MOST_TYPED, normalised(password)
    needed = LENGTH_WITH_SECOND_FACTOR if has_second_factor else LENGTH_ALONE
    if too_long or len(password) > LENGTH_MOST:
        return (f"Use at most {LENGTH_MOST} characters.",)
    if len(password) < needed:
        more = "" if has_second_factor else f" ({LENGTH_WITH_SECOND_FACTOR} once you have a second factor)"
        return (f"Use at least {needed} characters{more}. Several words are easier to remember than signs.",)
    if _is_about(password, about):
        return ("This password contains your name, your email address or your practice's name.",)
    if _is_easy(password):
        return (_TOO_EASY,)
    return ()


def _is_easy(password: str) -> bool:
    plain = password.lower()
    letters = plain.strip("0123456789 !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
    return (
        len(set(plain)) < 6
        or not any(character.isalpha() for character in plain)
        or _is_a_walk(plain)
        or _is_repeated(plain)
        or _is_common(plain)
        or _is_common(letters)
    )


def _is_common(text: str) -> bool:
    """A common password, or two of them in a row."""
    common = _common_passwords()
    return text in common or any(
        text[:cut] in common and text[cut:] in common for cut in range(3, len(text) - 2)
    )


def _is_repeated(text: str) -> bool:
    """One short piece over and over: "kinfoldkinfoldkinfold"."""
    return text in (text + text)[1:-1] or re.fullmatch(r"(.{1,8}?)\1{2,}.{0,7}", text) is not None


def _is_a_walk(text: str) -> bool:
    """Mostly neighbours in the alphabet or among the digits: "abcdefgh98765432"."""
    steps = [ord(after) - ord(before) for before, after in pairwise(text)]
    return sum(step in (-1, 0, 1) for step in steps) >= 0.7 * len(steps)


def _is_about(password: str, about: Iterable[str]) -> bool:
    """Whether less than eight characters are left once everything known about the person is taken out."""
    left = _folded(password)
    known = {word for text in about for word in re.split(r"[\W_]+", _folded(text)) if len(word) >= 3}
    for word in sorted(known, key=len, reverse=True):
        left = left.replace(word, "")
    return left != _folded(password) and len(left) < 8


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@lru_cache(maxsize=1)
def _common_passwords() -> frozenset[str]:
    """The 20,000 passwords that Django ships as the most common ones."""
    path = Path(django.contrib.auth.__file__).parent / "common-passwords.txt.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return frozenset(line.strip() for line in lines)
