"""E-mail addresses: the one form in which they are stored, compared and written to.

Two spellings of one mailbox must never become two people, and two mailboxes that look alike must never
become one. The stored form is therefore plain ASCII: NFKC, a local part of ASCII letters, the domain in
its IDNA form, all in lower case (RELIABILITY section 2, "E-mail identity"). A `+tag` is kept: it is
part of the mailbox's name, and only its owner knows what it means (SPEC 8.5).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from kinfold.domain.kernel.errors import InvalidInput, Problem

MAX_LENGTH = 254

# Letters of living Latin alphabets that are not a plain letter with marks. Others, such as the dotless i,
# can hardly be told from a plain letter, and are refused in domain names too.
_OWN_LATIN_LETTERS = frozenset("ßæœøđðþłħŋəɛɔ")
# Alphabets with letters that look like Latin ones: never mixed with another alphabet in one label, and a
# label of look-alike letters alone needs a top-level domain that is not ASCII either.
_SCRIPTS_LIKE_LATIN = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"})
_LETTERS_LIKE_LATIN = frozenset("асԁеһіјӏорԗԛѕԝхуъҽпгѵѡαικνρυωηοτագզէլհյոսւօ-0123456789")


class NotAnEmailAddress(InvalidInput, ValueError):
    """What was typed cannot be used as an e-mail address, and the message says why."""

    code = "not-an-email-address"

    def __init__(self, message: str) -> None:
        super().__init__([Problem("email", message)], message)


def canonical_email(raw: str) -> str:
    """The stored form of an e-mail address; raises NotAnEmailAddress with a sentence saying what is wrong."""
    typed = raw.strip().strip("\ufeff\u200b\u200e\u200f\u2060").strip()
    if not typed:
        raise NotAnEmailAddress("Enter an email address.")
    if len(typed) > 4 * MAX_LENGTH:  # before anything slow looks at it
        raise NotAnEmailAddress(_TOO_LONG)
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn") for letter in typed):
        raise NotAnEmailAddress("This email address contains a character that cannot be seen. Type it again.")
    typed = "".join(_plain_width(letter) for letter in typed)
    local, at, domain = typed.rpartition("@")
    if not at or not local or not domain or "@" in local:
        raise NotAnEmailAddress("An email address has one @ sign, like name@example.org.")
    if not local.isascii():
        # Before NFKC, which would quietly turn a Kelvin sign into a k and so into someone else's address.
        raise NotAnEmailAddress(
            "Before the @ sign, only plain letters without accents, a to z, are possible. A letter here is "
            "not plain, or only looks plain. Type the address again."
        )
    if not _LOCAL_PART.fullmatch(local) or len(local) > 64:
        raise NotAnEmailAddress(_TOO_LONG if len(typed) > MAX_LENGTH else _NOT_COMPLETE)
    canonical = f"{local.lower()}@{_canonical_domain(domain)}"
    if len(canonical) > MAX_LENGTH:
        raise NotAnEmailAddress(_TOO_LONG)
    return canonical


@lru_cache(maxsize=2048)  # a file of 100,000 people names few domains, and IDNA is slow
def _canonical_domain(typed: str) -> str:
    try:
        checked = validate_email(
            f"name@{typed}",
            check_deliverability=False,  # a form never waits for the name service
            test_environment=True,  # .test is for trying things out, and people try Kinfold out
        )
    except EmailNotValidError as error:
        raise NotAnEmailAddress(_TOO_LONG if len(typed) > MAX_LENGTH else _NOT_COMPLETE) from error
    _refuse_lookalike_domain(typed, checked.domain)
    domain = (checked.ascii_domain or "").lower()
    if "." not in domain:
        raise NotAnEmailAddress(_NOT_COMPLETE)
    return domain


# RFC 5322's dot-atom; quoted forms are legal and nobody has one.
_LOCAL_PART = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
_TOO_LONG = f"An email address has at most {MAX_LENGTH} characters."
_NOT_COMPLETE = "This is not a complete email address, like name@example.org."
_LOOKS_LIKE_ANOTHER = (
    "After the @ sign, a letter only looks like a plain one, so mail would go to somebody else. "
    "Type the address again."
)


def _plain_width(letter: str) -> str:
    """East Asian keyboards write wide letters and a wide @; they mean the plain ones, and no others do."""
    is_wide = unicodedata.decomposition(letter).startswith("<wide>")
    return unicodedata.normalize("NFKC", letter) if is_wide else letter


def _refuse_lookalike_domain(typed: str, name: str) -> None:
    """`typed` as it was written, `name` as it reads once the domain is decoded."""
    labels = name.lower().split(".")
    if any(_only_looks_plain(letter) for letter in typed) or any(
        _looks_like_another(label, ascii_top=labels[-1].isascii()) for label in labels
    ):
        raise NotAnEmailAddress(_LOOKS_LIKE_ANOTHER)


def _only_looks_plain(letter: str) -> bool:
    return not letter.isascii() and unicodedata.normalize("NFKC", letter).isascii()


def _looks_like_another(label: str, *, ascii_top: bool) -> bool:
    if label.isascii():
        return False
    scripts = {_script(letter) for letter in label if letter.isalpha()}
    if scripts & _SCRIPTS_LIKE_LATIN:
        return len(scripts) > 1 or (ascii_top and set(label) <= _LETTERS_LIKE_LATIN)
    return any(_script(letter) == "LATIN" and not _is_honest_latin(letter) for letter in label)


def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split(" ", 1)[0]


def _is_honest_latin(letter: str) -> bool:
    return letter in _OWN_LATIN_LETTERS or unicodedata.normalize("NFD", letter)[0].isascii()
