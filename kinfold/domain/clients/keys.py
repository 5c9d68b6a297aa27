"""How clients are found and sorted: stored keys, derived from what is shown, the same on every database.

Everything that writes a client's name, e-mail or external ID writes these with it, and a test holds them equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from kinfold.domain.kernel.emails import NotAnEmailAddress, canonical_email
from kinfold.domain.kernel.text import folded, sort_key

MOST_TYPED_WORDS = 6
WORD_LENGTH = 60
TAG_KEY_LENGTH = 100
SORT_KEY_LENGTH = 220

_SIGNS = re.compile(r"[\W_]+")
_PLAIN_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum())
_LETTERS_THEN_NUMBER = re.compile(r"[^\W\d_]+[\W_]*(\d+)")


NOT_OF_NAME = 99


class Word(NamedTuple):
    """A word by which a client is found, with what `ClientWord` keeps of its place among the others."""

    text: str
    shared: int
    shared_in_name: int


def client_keys(
    first_name: str,
    last_name: str,
    email: str,
    external_id: str,
    preferred_name: str = "",
    identifiers: Iterable[str] = (),
) -> tuple[str, list[Word]]:
    """The key by which a client is sorted, and the words by which they are found.

    Found by each word of the name, by the e-mail from its beginning, and by the external ID from its beginning or
    from its number; by what they like to be called, and their IDs in other systems, in the same way. Signs between
    letters do not count: "O'Brien" is found as "obrien", "o'br" and "brien".
    """
    names = _name_words(first_name) | _name_words(last_name)
    others = {*_whole(email), *_identifier_words(external_id)}
    if preferred_name or identifiers:
        others.update(_name_words(preferred_name), *map(_identifier_words, identifiers))
    others -= names
    key = f"{_part_key(last_name)}\x1f{_part_key(first_name)}"[:SORT_KEY_LENGTH]
    found: list[Word] = []
    before = name_before = " "
    for word in sorted(names | others):
        # Mostly nothing: asked here, since calling a function takes as long as the rest.
        shared = _in_common(before, word) if before[0] == word[0] else 0
        if word in names:
            in_name = _in_common(name_before, word) if name_before[0] == word[0] else 0
            found.append(Word(word, shared, in_name))
            name_before = word
        else:
            found.append(Word(word, shared, NOT_OF_NAME))
        before = word
    return key, found


def _in_common(a: str, b: str) -> int:
    """How many first letters two words have in common."""
    for place, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return place
    return min(len(a), len(b))


@lru_cache(maxsize=20_000)  # as below
def _part_key(name: str) -> str:
    return sort_key(name)


def typed_words(typed: str) -> tuple[str, ...] | None:
    """What someone searches for, as stored words begin; () when nothing was typed, None when nothing can match.

    A word that another typed word begins with says nothing more, and is left out.
    """
    if not typed.strip():
        return ()
    words = dict.fromkeys(word for chunk in typed.split() for word in _whole(_stored_email(chunk)))
    telling = [word for word in words if not any(o != word and o.startswith(word) for o in words)]
    return tuple(telling[:MOST_TYPED_WORDS]) or None


@lru_cache(maxsize=20_000)  # a file of 100,000 people has few different names
def _name_words(name: str) -> frozenset[str]:
    found: set[str] = set()
    for chunk in folded(name).split():
        parts = [part for part in _SIGNS.split(chunk) if part]
        found.update(part[:WORD_LENGTH] for part in parts)
        if len(parts) > 1:
            found.add("".join(parts)[:WORD_LENGTH])
    return frozenset(found)


def _identifier_words(external_id: str) -> set[str]:
    """ "AC-1042" is also looked for as "1042"."""
    if not external_id:
        return set()
    found = set(_whole(external_id))
    chunks = external_id.split()
    if len(chunks) > 1:
        found.update(word for chunk in chunks for word in _whole(chunk))
    numbered = _LETTERS_THEN_NUMBER.fullmatch(external_id)
    if numbered:
        found.add(numbered[1][:WORD_LENGTH])
    return found


def squeezed(text: str) -> str:
    """Its letters and digits, folded, as long as a stored word can be."""
    if text.isascii():  # by bytes, which takes a fifth of the time
        return text.lower().encode().translate(None, _PLAIN_SIGNS)[:WORD_LENGTH].decode()
    return _SIGNS.sub("", folded(text))[:WORD_LENGTH]


def _whole(chunk: str) -> tuple[str, ...]:
    word = squeezed(chunk)
    return (word,) if word else ()


def _stored_email(chunk: str) -> str:
    """An address typed in full is looked for in its stored form, which differs for domains with accents."""
    if "@" in chunk and not chunk.isascii():
        try:
            return canonical_email(chunk)
        except NotAnEmailAddress:
            return chunk
    return chunk


def tag_key(name: str) -> str:
    """What two spellings of one tag have in common."""
    return folded(name)[:TAG_KEY_LENGTH]
