"""Text as people type it, and the stored keys that make searching and sorting the same on every database.

SQLite compares only ASCII without regard to case and knows nothing of accents, and PostgreSQL depends on its
locale; so names are never compared directly, only these keys (ARCHITECTURE section 6).
"""

from __future__ import annotations

import re
import unicodedata

from .errors import InvalidInput

_SPLIT = re.compile(r"[^\w]+", re.UNICODE)
# Letters that have no decomposition, and that people type without their stroke or ligature.
_PLAIN = str.maketrans(
    {"ł": "l", "đ": "d", "ø": "o", "ħ": "h", "æ": "ae", "œ": "oe", "ß": "ss", "þ": "th", "ð": "d", "ı": "i"}
)
# Marks that reorder what follows them: a name that holds one can be made to read as another.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_GAPS = re.compile(r"\n{3,}")
_INVISIBLE = frozenset("\u00ad\u180e\u200b\u2060\ufeff")

NAME_LENGTH = 100
REASON_LENGTH = 300


def folded(value: str) -> str:
    """Lower case without accents: "Élodie Łuksza" → "elodie luksza"."""
    if value.isascii():
        return value.lower()
    decomposed = unicodedata.normalize("NFKD", value.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return plain.translate(_PLAIN)


def sort_key(*parts: str) -> str:
    """A stored key that sorts people by its parts in order, the same on every database.

    Each part is folded and separated by a character below every letter, so that "Li Wei" sorts before "Lim Ada".
    """
    return "\x1f".join(" ".join(_SPLIT.split(folded(part))).strip() for part in parts)[:220]


def words(*parts: str) -> frozenset[str]:
    """The words by which something is found: each word of a name, a whole e-mail, a whole external ID.

    At most 60 characters each. "Ana-María Núñez" → {"ana", "maria", "nunez", "ana-maria"}.
    """
    found: set[str] = set()
    for part in parts:
        for chunk in folded(part).split():
            found.add(chunk[:60])
            found.update(word[:60] for word in _SPLIT.split(chunk) if word)
    found.discard("")
    return frozenset(found)


def query_words(typed: str, limit: int = 6) -> tuple[str, ...]:
    """The words someone searches for, folded as stored words are; at most `limit` of them."""
    return tuple(dict.fromkeys(chunk[:60] for chunk in folded(typed).split()))[:limit]


def clean_name(value: str) -> str:
    """A person's name as it will be stored: NFC, single spaces, nothing invisible.

    Raises ValueError with a sentence for markup, control characters, direction marks and too many characters.
    """
    text = " ".join(_seen(value).split())
    _refuse_hidden(text, "name")
    if any(c in "<>{}" for c in text):
        raise ValueError("A name cannot contain < > { or }.")
    if len(text) > NAME_LENGTH:
        raise ValueError(f"Use at most {NAME_LENGTH} characters for a name.")
    return text


def clean_lines(value: str, length: int, what: str) -> str:
    """Several lines of text as they will be stored: NFC, tidy line ends, at most one empty line between others.

    Markup is text like any other. Raises ValueError with a sentence for control characters, direction marks and too
    many characters; `what` is what the sentence calls the text.
    """
    lines = [" ".join(line.split()) for line in _seen(value).splitlines()]
    text = _GAPS.sub("\n\n", "\n".join(lines)).strip()
    _refuse_hidden(text.replace("\n", ""), what)
    if len(text) > length:
        raise ValueError(f"Use at most {length:,} characters for the {what}.")
    return text


def _seen(value: str) -> str:
    """Text without what cannot be seen and means nothing."""
    return "".join(c for c in unicodedata.normalize("NFC", value) if c not in _INVISIBLE)


def _refuse_hidden(text: str, what: str) -> None:
    if any(c in _BIDI for c in text):
        raise ValueError(f"Remove the hidden text-direction characters from the {what}.")
    if any(unicodedata.category(c) in {"Cc", "Cs", "Co", "Cn"} for c in text):
        raise ValueError(f"Remove the control characters from the {what}.")


def checked_reason(typed: str) -> str:
    """Why something was done, in one line or a few; "" when nothing was said.

    Raises InvalidInput for characters that cannot be seen and for too many of them.
    """
    text = unicodedata.normalize("NFC", typed.strip())
    if len(text) > REASON_LENGTH:
        raise InvalidInput.one("reason", f"Use at most {REASON_LENGTH} characters.")
    lines = text.splitlines()
    if not "".join(lines).isprintable() or "\ufffd" in text:
        raise InvalidInput.one("reason", "This contains characters that cannot be seen. Write it again.")
    return "\n".join(lines)
