"""Which rows are likely duplicates, by the one rule of `clients.duplicates`, for whole files at once.

There, one record looks for another by its keys. Here the same keys are made column by column and met as sets, which is
five times as fast for 100,000 rows; a property test holds the two equal. Likely duplicates are shown, never merged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import Final, NamedTuple
from uuid import UUID

from kinfold.domain.clients.duplicates import SHARED, has
from kinfold.domain.imports.checking import People
from kinfold.domain.imports.values import Memo
from kinfold.domain.kernel.text import folded, sort_key


class Match(NamedTuple):
    """Whom a row is likely the same as: a client of the practice, or the person on an earlier line of the file."""

    rule: str
    client: UUID | None
    line: int | None


class Identities(NamedTuple):
    """What people are compared by, column by column. `names` are stored sort keys; an unknown part is empty."""

    emails: list[str]
    names: list[str]
    birth_dates: list[str]
    external_ids: list[str]


class Known(NamedTuple):
    """Some of the clients that the practice has, by their ids as text."""

    clients: list[str]
    identities: Identities


# For each person the key to agree on, or None where the rule does not apply to them.
_Keys = list[str | None]
# For each person what they have that tells them apart, in bits. Only those meet who have no bit in common.
_Bits = list[int]


def _both(left: list[str], right: list[str]) -> _Keys:
    return [f"{a}\x1e{b}" if a and b else None for a, b in zip(left, right, strict=True)]


def _external_ids(people: Identities) -> _Keys:
    return [value or None for value in people.external_ids]


def _names(people: Identities) -> _Keys:
    return list(people.names)


def _nothing(people: Identities) -> _Bits:
    return [0] * len(people.names)


def _has_email(people: Identities) -> _Bits:
    return list(map(bool, people.emails))


def _has(people: Identities) -> _Bits:
    return list(map(has, people.emails, people.birth_dates, people.external_ids))


class _Rule(NamedTuple):
    """One way in which two records agree: by a key, unless both have what `apart` counts."""

    name: str
    of: Callable[[Identities], _Keys]
    apart: Callable[[Identities], _Bits] = _nothing

    def kinds(self, people: Identities) -> dict[int, _Keys]:
        """The keys of these people by what tells them apart, each list with a place for everybody."""
        keys, bits = self.of(people), self.apart(people)
        different = set(bits)
        if len(different) < 2:
            return dict.fromkeys(different, keys)
        return {
            kind: [key if has == kind else None for key, has in zip(keys, bits, strict=True)]
            for kind in different
        }


# The most telling first, as there.
_RULES: Final = (
    _Rule("email-birth-date", lambda people: _both(people.emails, people.birth_dates)),
    _Rule("email-name", lambda people: _both(people.emails, people.names)),
    _Rule("external-id-name", lambda people: _both(people.external_ids, people.names)),
    _Rule("external-id-birth-date", lambda people: _both(people.external_ids, people.birth_dates)),
    _Rule("name-birth-date", lambda people: _both(people.names, people.birth_dates), _has_email),
    _Rule("external-id", _external_ids, _has_email),
    _Rule("name", _names, _has),
)


def sentence(match: Match) -> str:
    """The reason shown beside a likely duplicate."""
    whom = "a client of this practice" if match.line is None else f"line {match.line} of this file"
    return f"{SHARED[match.rule]} as {whom}."


def identities(people: Iterable[People]) -> Identities:
    """What checked people are compared by."""
    found = Identities([], [], [], [])
    keys = Memo(sort_key)
    for block in people:
        found.emails.extend(block.emails)
        lasts, firsts = map(keys.__getitem__, block.last_names), map(keys.__getitem__, block.first_names)
        found.names.extend(f"{last}\x1f{first}"[:220] for last, first in zip(lasts, firsts, strict=True))
        found.birth_dates.extend(block.birth_dates)
        found.external_ids.extend(map(folded, block.external_ids))
    return found


def likely_duplicates(lines: Sequence[int], people: Identities, known: Iterable[Known]) -> dict[int, Match]:
    """The lines that are likely duplicates. Memory grows with the file alone; `known` is read once, in a stream.

    Of several rows for one person the first stays, unless the practice has them already.
    """
    matches: dict[int, Match] = {}
    searches: list[_Search] = []
    for rule in _RULES:
        kinds = rule.kinds(people)
        wanted = {kind: set(keys) - {None} for kind, keys in kinds.items()}
        if any(wanted.values()):
            searches.append(_Search(rule, wanted, {}))
            if _agree_within(kinds, wanted):
                _match_within(rule, lines, people, matches)
    for some in known:
        for search in searches:
            search.look(some)
    return matches | _found(lines, people, searches)


class _Search(NamedTuple):
    """What one rule looks for among the known clients, and whom it found. Both are by what tells people apart."""

    rule: _Rule
    wanted: dict[int, set[str | None]]
    met: dict[int, dict[str | None, str]]

    def look(self, some: Known) -> None:
        """Note the clients who agree with a row."""
        for theirs, keys in self.rule.kinds(some.identities).items():
            for ours, wanted in self.wanted.items():
                if ours & theirs == 0 and not wanted.isdisjoint(keys):
                    self.met.setdefault(ours, {}).update(
                        (key, client)
                        for key, client in zip(keys, some.clients, strict=True)
                        if key and key in wanted
                    )


def _found(lines: Sequence[int], people: Identities, searches: list[_Search]) -> dict[int, Match]:
    """The rows whose keys were met, each under the most telling rule."""
    matches: dict[int, Match] = {}
    for search in searches:
        if not search.met or len(matches) == len(lines):
            continue
        kinds = search.rule.kinds(people)
        for kind, met in search.met.items():
            for line, key in zip(lines, kinds[kind], strict=True):
                if key in met and line not in matches:
                    matches[line] = Match(search.rule.name, UUID(met[key]), None)
    return matches


def _agree_within(kinds: dict[int, _Keys], wanted: dict[int, set[str | None]]) -> bool:
    """Whether two rows agree at all, asked of sets before it is asked of each row."""
    alone = kinds.get(0, [])
    return len(wanted.get(0, ())) < len(alone) - alone.count(None) or any(
        not one & other and not wanted[one].isdisjoint(wanted[other])
        for one, other in combinations(wanted, 2)
    )


def _match_within(rule: _Rule, lines: Sequence[int], people: Identities, matches: dict[int, Match]) -> None:
    """Note each row that agrees with an earlier one."""
    seen: dict[int, dict[str, int]] = {}
    for line, key, mine in zip(lines, rule.of(people), rule.apart(people), strict=True):
        if key is None:
            continue
        if line not in matches:
            earlier = [rows[key] for theirs, rows in seen.items() if not mine & theirs and key in rows]
            if earlier:
                matches[line] = Match(rule.name, None, min(earlier))
        seen.setdefault(mine, {}).setdefault(key, line)
