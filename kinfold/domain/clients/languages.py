"""The languages that people speak: what is suggested, and one spelling for each that is known."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from django.conf.locale import LANG_INFO

from kinfold.domain.kernel.text import folded

# Languages of people in care that no one has translated software into, by their ISO 639 codes.
_MORE: Final = {
    "am": "Amharic",
    "ase": "American Sign Language",
    "bfi": "British Sign Language",
    "bm": "Bambara",
    "ceb": "Cebuano",
    "chk": "Chuukese",
    "chr": "Cherokee",
    "cmn": "Mandarin",
    "dv": "Dhivehi",
    "esu": "Yup’ik",
    "ff": "Fulah",
    "fil": "Filipino",
    "gn": "Guarani",
    "gu": "Gujarati",
    "ha": "Hausa",
    "hak": "Hakka",
    "haw": "Hawaiian",
    "hmn": "Hmong",
    "ht": "Haitian Creole",
    "ilo": "Ilocano",
    "jv": "Javanese",
    "kar": "Karen",
    "kea": "Cape Verdean Creole",
    "ku": "Kurdish",
    "lg": "Luganda",
    "ln": "Lingala",
    "lo": "Lao",
    "mam": "Mam",
    "mfs": "Mexican Sign Language",
    "mg": "Malagasy",
    "mh": "Marshallese",
    "mi": "Māori",
    "miq": "Miskito",
    "mix": "Mixteco",
    "mt": "Maltese",
    "nah": "Nahuatl",
    "nan": "Taiwanese",
    "nv": "Navajo",
    "om": "Oromo",
    "prs": "Dari",
    "ps": "Pashto",
    "qu": "Quechua",
    "quc": "K’iche’",
    "rhg": "Rohingya",
    "rn": "Kirundi",
    "rom": "Romani",
    "rw": "Kinyarwanda",
    "sd": "Sindhi",
    "si": "Sinhala",
    "sm": "Samoan",
    "sn": "Shona",
    "so": "Somali",
    "su": "Sundanese",
    "ti": "Tigrinya",
    "tl": "Tagalog",
    "to": "Tongan",
    "tw": "Twi",
    "wo": "Wolof",
    "xh": "Xhosa",
    "yi": "Yiddish",
    "yo": "Yoruba",
    "yue": "Cantonese",
    "zu": "Zulu",
}
# Other names of the same languages.
_SAME: Final = {
    "asl": "ase",
    "farsi": "fa",
    "creole": "ht",
    "kreyol": "ht",
    "tagalog": "tl",
    "castilian": "es",
}


@lru_cache(maxsize=1)
def suggested() -> tuple[str, ...]:
    """The names of languages to choose from, by name. Others are kept as they are typed."""
    return tuple(sorted(set(_by_code().values()), key=folded))


def known_language(typed: str) -> str:
    """A language as it is usually written, from its name, its own name or its code; others stay as typed."""
    return _by_key().get(folded(typed), typed)


@lru_cache(maxsize=1)
def _by_code() -> dict[str, str]:
    # Their variants, such as Mexican Spanish, are ways of writing; what somebody speaks is told by the language.
    plain = {code: info["name"] for code, info in LANG_INFO.items() if "name" in info and "-" not in code}
    return {**plain, **_MORE}


@lru_cache(maxsize=1)
def _by_key() -> dict[str, str]:
    names = _by_code()
    own = {folded(LANG_INFO[code]["name_local"]): name for code, name in names.items() if code in LANG_INFO}
    other = {word: names[code] for word, code in _SAME.items()}
    return {**own, **other, **names, **{folded(name): name for name in names.values()}}
