"""The template language of every page: one Jinja2 environment, strict and escaping.

Templates get plain values. What they may call is listed in `environment()`: icons, links, static files and a
few filters for dates, numbers and people. An unknown name is an error, so that a page never silently leaves
something out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus
from uuid import UUID
from zipfile import ZipFile
from zlib import crc32

import phonenumbers
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import json_script
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from jinja2.runtime import Context
from markupsafe import Markup, escape

from kinfold.domain.kernel import clock

from . import place
from .drawing import remembered

TEMPLATES = Path(__file__).parent / "templates"

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PLACEHOLDER = "11111111-1111-4111-8111-1111111111"


def environment(**options: object) -> Environment:
    """Build the environment named in `TEMPLATES`; `options` come from Django's Jinja2 backend."""
    settings: dict[str, object] = {
        **options,
        "loader": FileSystemLoader(TEMPLATES),
        "autoescape": True,
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "cache_size": -1,  # all of them, in a dict: each of the ten a page uses is looked up anew
    }
    env = Environment(**settings)  # type: ignore[arg-type]  # noqa: S701 -- autoescape is set above
    env.template_class = _Template
    env.globals.update(
        attrs=attrs,
        icon=icon,
        icon_again=icon_again,
        icon_once=icon_once,
        letters=letters,
        links_to=links_to,
        person_name=person_name,
        query=query,
        remembered=remembered,
        static=static_url,
        url=url,
    )
    env.filters.update(
        ago=ago,
        avatar=avatar,
        day=day,
        full_day=full_day,
        initials=initials,
        json_script=json_script,
        last_day=last_day,
        lasting=lasting,
        month_day_time=month_day_time,
        number=number,
        phone=phone,
    )
    return env


class _Template(Template):
    """A template whose macros are imported as they are.

    Jinja compares two sets of names at each import, to find globals that only the importing template was given; ours
    are all given to the environment.
    """

    def _get_default_module(self, ctx: Context | None = None) -> Any:
        return super()._get_default_module()


@lru_cache(maxsize=256)
def icon(name: str, extra_class: str = "") -> Markup:
    """Draw one of lucide's icons: decoration, since words or the control's own name carry the meaning."""
    classes = f"i {extra_class}".strip()
    return Markup(f'<svg {_FRAME} class="{classes}" aria-hidden="true">{_shapes(name)}</svg>')  # noqa: S704 -- from the package


@lru_cache(maxsize=16)
def icon_once(name: str) -> Markup:
    """An icon that a long list draws on every line: drawn here without being seen, for `icon_again` to refer to."""
    symbol = f'<svg><symbol id="i-{name}" viewBox="0 0 24 24">{_shapes(name)}</symbol></svg>'
    return Markup(f"<span hidden>{symbol}</span>")  # noqa: S704 -- from the package


@lru_cache(maxsize=16)
def icon_again(name: str) -> Markup:
    """The same as `icon`, in few bytes, on a page that holds it by `icon_once`."""
    return Markup(f'<svg {_FRAME} class="i" aria-hidden="true"><use href="#i-{name}"/></svg>')  # noqa: S704 -- ours


# The style sheet says the rest of what the package says of each drawing: lines, and no fill.
_FRAME = 'width="16" height="16" viewBox="0 0 24 24"'


def _shapes(name: str) -> str:
    drawing = _drawings().read(f"{name}.svg").decode()
    return " ".join(drawing.partition(">")[2].rpartition("</svg>")[0].split())


@lru_cache(maxsize=1)
def _drawings() -> ZipFile:
    """The package's own function reads the list of all 1,745 drawings again for each one: 40 ms each time."""
    return ZipFile(str(resources.files("lucide") / "lucide.zip"))


# A file's address holds the digest of its content, and neither changes while Kinfold runs.
static_url = lru_cache(maxsize=256)(static)


def url(name: str, **parts: object) -> str:
    """Link to a page by its route name.

    A list of 50 people makes a hundred links that differ only in an id, so the resolver is asked once per
    route and the ids are put in afterwards.
    """
    if not parts:
        return _reversed(name)
    if not all(isinstance(part, UUID) for part in parts.values()):
        return reverse(name, kwargs=parts)
    path = _reversed(name, tuple(parts))
    for position, part in enumerate(parts.values()):
        path = path.replace(f"{_PLACEHOLDER}{position:02d}", str(part))
    return path


def links_to(name: str, part: str) -> Callable[[UUID], str]:
    """Makes the addresses of one page for many ids: long lists ask once and fill in each row's id."""
    before, _, after = _reversed(name, (part,)).partition(f"{_PLACEHOLDER}00")
    return lambda row_id: f"{before}{row_id}{after}"


@lru_cache(maxsize=256)
def _reversed(name: str, parts: tuple[str, ...] = ()) -> str:
    return reverse(name, kwargs={part: UUID(f"{_PLACEHOLDER}{i:02d}") for i, part in enumerate(parts)})


def query(params: Mapping[str, object], **changes: object) -> str:
    """The query string for the same list with something changed; empty values are left out."""
    wanted = {**params, **changes}
    pairs = [f"{k}={_quoted(str(value))}" for k, value in wanted.items() if value not in (None, "", False)]
    return "?" + "&".join(pairs)


# A list's menus hold the same few values again and again.
_quoted = lru_cache(maxsize=1024)(quote_plus)


def attrs(values: Mapping[str, object]) -> Markup:
    """Write HTML attributes: `hx_get` becomes `hx-get`, true becomes a bare name, none and false vanish."""
    written = []
    for name, value in values.items():
        if value is None or value is False:
            continue
        html_name = name.rstrip("_").replace("_", "-")
        written.append(f" {html_name}" if value is True else f' {html_name}="{escape(value)}"')
    return Markup("".join(written))  # noqa: S704 -- each value is escaped above


def day(value: date | datetime) -> str:
    """A date as people say it: "Nov 19", with the year when it is not the current one."""
    zone = place.zone()
    local = value.astimezone(zone) if isinstance(value, datetime) else value
    if local.year == datetime.now(zone).year:
        return f"{_MONTHS[local.month - 1]} {local.day}"
    return f"{_MONTHS[local.month - 1]} {local.day}, {local.year}"


def full_day(value: date | datetime) -> str:
    """A date that always shows its year: "May 2, 1996"."""
    value = value.astimezone(place.zone()) if isinstance(value, datetime) else value
    return f"{_MONTHS[value.month - 1]} {value.day}, {value.year}"


def last_day(until: datetime) -> str:
    """The last day of a period, as `day` says it."""
    return day(place.last_day(until))


def lasting(row: Any) -> str:
    """When something held, its last day included: "Mar 1, 2026 to Mar 5, 2026"; or still does, or will."""
    since = full_day(row.since)
    if row.until:
        return f"{since} to {full_day(place.last_day(row.until))}"
    return f"From {since}" if row.since > clock.now() else f"{since} to now"


def month_day_time(value: datetime) -> str:
    """A moment: "Nov 21, 8:12 AM", with the year when it is not the current one."""
    local = value.astimezone(place.zone())
    return f"{day(value)}, {local.hour % 12 or 12}:{local.minute:02d} {'AM' if local.hour < 12 else 'PM'}"


def ago(value: datetime) -> str:
    """How long ago somebody was at work: "Now", "18 min ago", "2 h ago", "Yesterday", then the day."""
    zone = place.zone()
    now, local = datetime.now(zone), value.astimezone(zone)
    minutes = int((now - local).total_seconds() // 60)
    if minutes < 5:
        return "Now"
    if minutes < 60:
        return f"{minutes} min ago"
    if local.date() == now.date():
        return f"{minutes // 60} h ago"
    return "Yesterday" if (now.date() - local.date()).days == 1 else day(value)


def number(value: int) -> str:
    """A count with thousands marked: "1,171"."""
    return f"{value:,}"


def phone(value: str) -> str:
    """A phone number as this practice reads it: "(602) 555-0134", abroad "+49 30 12345678"."""
    try:
        known = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return value
    style = phonenumbers.PhoneNumberFormat
    at_home = known.country_code == place.calling_code()
    return phonenumbers.format_number(known, style.NATIONAL if at_home else style.INTERNATIONAL)


def initials(name: str) -> str:
    """Up to two letters for an avatar: the first word's and the last word's."""
    firsts = [first for word in name.split() if (first := letter(word))]
    if not firsts:
        return "?"
    return firsts[0] if len(firsts) == 1 else firsts[0] + firsts[-1]


def letters(first: str, last: str) -> str:
    """The initials of someone whose names are known apart."""
    return letter(first) + letter(last) or "?"


def letter(word: str) -> str:
    """The first letter or digit of a name, as a capital; "" when it has none."""
    if word[:1].isalnum():
        return word[0].upper()[:1]
    return next((c.upper()[:1] for c in word if unicodedata.category(c)[0] in "LN"), "")


def avatar(person_id: UUID | str) -> str:
    """The tint of a person's avatar, `a0` to `a7`: the same person always has the same one."""
    return f"a{person_id.int % 8 if isinstance(person_id, UUID) else crc32(person_id.encode()) % 8}"


def person_name(first: str, last: str) -> Markup:
    """A name with the family name in bold: what the roster is sorted by is what the eye finds."""
    return Markup("{} <b>{}</b>").format(first, last)
