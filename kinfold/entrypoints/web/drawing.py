"""What is drawn again and again is drawn once: by a macro, so that it stays in a template.

Drawing is most of a page's time, since Jinja looks up, escapes and joins each value on its own
(docs/decisions/performance.md). So lines of long lists are a text with marks that is filled in for each line, and the
parts of a page that stay the same from one to the next are remembered with what they were drawn from.
"""

from __future__ import annotations

import marshal
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.template import engines
from markupsafe import Markup, escape

# From the part of Unicode that stands for nothing, and which no name, tag or id may hold.
_MARK = "\ue0f0{}\ue0f1"
_MARKED = re.compile("\ue0f0([a-z_]+)\ue0f1")
_unsafe = re.compile("[&<>\"']").search


def filled(
    template: str, macro: str, lines: Iterable[Mapping[str, str]], **options: bool | Sequence[str]
) -> Markup:
    """What `macro` of `template` draws for each line. `options` are the same for all of them.

    The macro is called once with a mark for each value, so it may place values and not decide anything by them. Values
    are escaped unless they are markup already.
    """
    text, names = _drawn(template, macro, tuple(options.items()))
    lines = list(lines)
    columns = {name: _safe([line[name] for line in lines]) for name in set(names)}
    placed = zip(*[columns[name] for name in names], strict=True)
    return Markup("".join([text % values for values in placed]))  # noqa: S704 - escaped by the template, and here


def remembered(
    template: str, macro: str, *values: Any, fresh: Mapping[str, str] | None = None, **options: Any
) -> Markup:
    """What a macro draws from these values, drawn once for equal ones: for parts that change seldom.

    The macro may depend on nothing else, not on the day, the practice or the person. `fresh` values differ each time,
    such as the token of a form: the macro may place them and not decide anything by them.
    """
    call = _Call(template, macro, values, options, tuple(fresh or ()))
    text, names = _remembered(call)
    if fresh:
        text = text % tuple([str(escape(fresh[name])) for name in names])
    return Markup(text)  # noqa: S704 - escaped by the template, and here


class _Call:
    """A macro and what it is given, equal to another one that would draw the same."""

    __slots__ = ("_hash", "_key", "_values", "names")

    def __init__(
        self,
        template: str,
        macro: str,
        values: tuple[Any, ...],
        options: dict[str, Any],
        names: tuple[str, ...],
    ) -> None:
        self._key = _key((template, macro, values, options, names))
        self._hash = hash(self._key)
        self._values: tuple[Any, ...] | None = (template, macro, values, options)
        self.names = names

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Call) and self._key == other._key

    def draw(self) -> str:
        """Let the macro draw; afterwards only the key is kept."""
        assert self._values is not None  # noqa: S101 - drawn once
        (template, macro, values, options), self._values = self._values, None
        marks = {name: _MARK.format(name) for name in self.names}
        return str(_macro(template, macro)(*values, **options, **marks))


@lru_cache(maxsize=512)
def _remembered(call: _Call) -> tuple[str, tuple[str, ...]]:
    text = call.draw()
    return _with_gaps(text) if call.names else (text, ())


def _key(call: tuple[Any, ...]) -> Hashable:
    """What a macro is given, as a key: its bytes, where it is nothing but plain values, which is quicker."""
    try:
        return marshal.dumps(call, 2)
    except ValueError:
        frozen: Hashable = _frozen(call)
        return frozen


_SIMPLE = frozenset({str, type(None)})


def _frozen(value: Any) -> Any:
    """A value as a key. Markup and text, or a number and a truth, can be equal and are drawn differently."""
    kind = value.__class__
    if kind in _SIMPLE:
        return value
    if kind is dict:
        return tuple([(name, _frozen(one)) for name, one in value.items()])
    if kind is list or kind is tuple:
        return tuple(map(_frozen, value))
    return kind, value


def part(template: str, macro: str) -> Callable[[Any], Markup]:
    """A macro as a function of one value, remembering what it drew: for cells that are alike on many lines."""

    @lru_cache(maxsize=4096)
    def drawn(value: Any) -> Markup:
        return Markup(_macro(template, macro)(value))  # noqa: S704 - the template has escaped

    return drawn


def forget() -> None:
    """Draw everything anew from here on, for tests of the templates."""
    _remembered.cache_clear()
    _drawn.cache_clear()
    engines["jinja2"].env.cache.clear()  # type: ignore[attr-defined]


class _Marks(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return _MARK.format(name)


@lru_cache(maxsize=256)
def _drawn(template: str, macro: str, options: tuple[tuple[str, Any], ...]) -> tuple[str, tuple[str, ...]]:
    return _with_gaps(str(_macro(template, macro)(_Marks(), **dict(options))))


def _with_gaps(text: str) -> tuple[str, tuple[str, ...]]:
    """A text with gaps to fill in where marks are, and the marks' names in order."""
    return _MARKED.sub("%s", text.replace("%", "%%")), tuple(_MARKED.findall(text))


def _macro(template: str, macro: str) -> Callable[..., str]:
    drawing: Callable[..., str] = getattr(
        engines["jinja2"].env.get_template(template).module,  # type: ignore[attr-defined]
        macro,
    )
    return drawing


def _safe(values: list[str]) -> list[str]:
    """Values with what is no markup escaped: looked at together, since hardly any needs it."""
    if _unsafe("".join(values)) is None:
        return values
    return [value if value.__class__ is Markup else str(escape(value)) for value in values]
