"""Lines of long lists: a macro draws one with marks where its values go, then each line is that text filled in.

Fifty lines of a list were half of a page's time, since Jinja looks up, escapes and joins each value on its own. Filling
in takes a tenth of it, and the line stays where a line belongs: in a template (docs/decisions/performance.md).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.template import engines
from markupsafe import Markup, escape

# From the part of Unicode that stands for nothing, and which no name, tag or id may hold.
_MARK = "\ue0f0{}\ue0f1"
_MARKED = re.compile("\ue0f0([a-z_]+)\ue0f1")
_plain = re.compile(r"[^&<>\"']*").fullmatch


def filled(
    template: str, macro: str, lines: Iterable[Mapping[str, str]], **options: bool | Sequence[str]
) -> Markup:
    """What `macro` of `template` draws for each line. `options` are the same for all of them.

    The macro is called once with a mark for each value, so it may place values and not decide anything by them. Values
    are escaped unless they are markup already.
    """
    text, names = _drawn(template, macro, tuple(options.items()))
    return Markup("".join([text % tuple([_safe(line[name]) for name in names]) for line in lines]))  # noqa: S704


def part(template: str, macro: str) -> Callable[[Any], Markup]:
    """A macro as a function of one value, remembering what it drew: for cells that are alike on many lines."""

    @lru_cache(maxsize=4096)
    def drawn(value: Any) -> Markup:
        return Markup(_macro(template, macro)(value))  # noqa: S704 - the template has escaped

    return drawn


class _Marks(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return _MARK.format(name)


@lru_cache(maxsize=256)
def _drawn(template: str, macro: str, options: tuple[tuple[str, Any], ...]) -> tuple[str, tuple[str, ...]]:
    text = str(_macro(template, macro)(_Marks(), **dict(options)))
    return _MARKED.sub("%s", text.replace("%", "%%")), tuple(_MARKED.findall(text))


def _macro(template: str, macro: str) -> Callable[..., str]:
    drawing: Callable[..., str] = getattr(
        engines["jinja2"].env.get_template(template).module,  # type: ignore[attr-defined]
        macro,
    )
    return drawing


def _safe(value: str) -> str:
    if value.__class__ is str and not _plain(value):
        return str(escape(value))
    return value
