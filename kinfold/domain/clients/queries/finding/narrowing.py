"""How a question begins with the index that narrows it most, and what is asked of each candidate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IsNull

from kinfold.domain.clients.keys import NOT_OF_NAME
from kinfold.domain.clients.models import Client, ClientTag, ClientWord
from kinfold.domain.clients.queries.finding.shapes import BY_NAME, Shape, Start
from kinfold.domain.clients.visibility import further_ties

# Fields in which nothing is NULL, and not an empty text.
NULL_BLANKS = frozenset({"birth_date"})
# Words of up to so many letters are common: they have many clients.
_COMMON = 2


def rows_for(shape: Shape, values: Mapping[str, Any]) -> tuple[QuerySet[Any], str, str]:
    """The rows to read, each of one client, with the names of their key and of the client's id.

    Only of ties a client has several: whoever reads those counts or keeps each client once.
    """
    if shape.start is Start.TIES:
        # The client is looked up for each tie: joined, or asked for those among the ties, SQLite would rather walk
        # through all clients of the practice, as it has no statistics that tell it how many those are.
        theirs = Client.objects.filter(_of_nobody_here(shape, values), pk=OuterRef("client_id"))
        found = _narrowed(theirs, shape, values)
        ties = further_ties(_members(shape, values), values["now"])
        ties = ties.annotate(key=Subquery(found.values_list(_compared(shape.key))))
        return ties.filter(key__isnull=False), "key", "client_id"
    if shape.start is Start.CLIENTS:
        rows = _narrowed(Client.objects.filter(_of_therapists(shape, values, "")), shape, values)
        return rows, shape.key, "id"
    narrow: QuerySet[Any]
    if shape.start is Start.WORDS:
        once = "shared_in_name" if shape.names_only else "shared"
        narrow = ClientWord.objects.filter(
            word__gte=values["w0"], word__lte=values["e0"], **{f"{once}__lt": shape.letters[0]}
        )
        narrow = _with_tags(narrow, shape, values, "client_id", 0)
    elif shape.start is Start.TAGS:
        narrow = _with_tags(ClientTag.objects.all(), shape, values, "client_id", 0)
    else:
        narrow = _with_tags(ClientTag.objects.filter(tag_id=values["t0"]), shape, values, "client_id", 1)
    narrow = narrow.filter(
        _of_therapists(shape, values, "client__"), *_facts_are(shape, values, "client__"), status=shape.status
    )
    narrow = _with_words(narrow, shape, values, "client_id", 1 if shape.start is Start.WORDS else 0)
    if shape.start is Start.TAGS:
        return narrow, BY_NAME, "client_id"
    if shape.order != BY_NAME:
        rows = Client.objects.filter(status=shape.status, pk__in=narrow.values("client_id"))
        return rows.filter(_blank_or_not(shape)), shape.key, "id"
    return narrow, shape.key, "client_id"


def _narrowed(clients: QuerySet[Client], shape: Shape, values: Mapping[str, Any]) -> QuerySet[Client]:
    """Those clients who are wanted for everything besides their ties."""
    facts = _facts_are(shape, values, "")
    rows = clients.filter(*facts, _blank_or_not(shape), status=shape.status)
    return _with_tags(_with_words(rows, shape, values, "id", 0), shape, values, "id", 0)


def _of_therapists(shape: Shape, values: Mapping[str, Any], path: str) -> Q:
    if shape.unassigned:
        return Q(**{f"{path}primary_id__isnull": True})
    if shape.therapists is None:
        return Q()
    members = _members(shape, values)
    return (
        Q(**{f"{path}primary_id": members[0]})
        if len(members) == 1
        else Q(**{f"{path}primary_id__in": members})
    )


def _of_nobody_here(shape: Shape, values: Mapping[str, Any]) -> Q:
    members = _members(shape, values)
    if shape.one_therapist:
        return Q(primary_id=values["therapist"])
    return Q(primary_id__isnull=True) if shape.unassigned else ~Q(primary_id__in=members)


def _members(shape: Shape, values: Mapping[str, Any]) -> list[UUID]:
    return [values[f"m{n}"] for n in range(shape.therapists or 0)]


def _with_words(
    rows: QuerySet[Any], shape: Shape, values: Mapping[str, Any], client_id: str, first: int
) -> QuerySet[Any]:
    of_name = {"shared_in_name__lt": NOT_OF_NAME} if shape.names_only else {}
    for n in range(first, len(shape.letters)):
        word = ClientWord.objects.filter(word__gte=values[f"w{n}"], word__lte=values[f"e{n}"], **of_name)
        rare = shape.letters[n] > _COMMON
        gather = shape.letters[0] <= _COMMON if first else (shape.therapists or 0) > 1 and rare
        rows = _of_these(rows, shape, word, client_id, gather=gather)
    return rows


def _with_tags(
    rows: QuerySet[Any], shape: Shape, values: Mapping[str, Any], client_id: str, first: int
) -> QuerySet[Any]:
    common = shape.start is Start.WORDS and shape.letters[0] <= _COMMON
    if shape.untagged:
        rows = rows.filter(~Exists(ClientTag.objects.filter(client_id=OuterRef(client_id))))
    for n in range(first, shape.tags):
        tagged = ClientTag.objects.filter(tag_id=values[f"t{n}"])
        rows = _of_these(rows, shape, tagged, client_id, gather=common)
    return rows


def _facts_are(
    shape: Shape, values: Mapping[str, Any], path: str
) -> Iterable[Q | Exact[Any] | GreaterThanOrEqual[Any]]:
    """At a level of risk, registered so far, made or changed since a moment.

    Where that is so of very many, its index is no beginning.
    """

    def fact(field: str) -> F | Coalesce:
        return unindexed(f"{path}{field}") if shape.dense else F(f"{path}{field}")

    if shape.risk:
        if not shape.dense:  # what the index of levels says: that there is one
            yield ~Q(**{f"{path}risk": ""})
        yield Exact(fact("risk"), values["risk"])
    if shape.no_risk:  # most clients, and none in the index of levels
        yield Exact(F(f"{path}risk"), "")
    if shape.alike:
        yield Exact(F(f"{path}{shape.alike}"), values["alike"])
    if shape.registration:
        yield Exact(fact("registration"), values["registration"])
    if shape.created_since:
        yield GreaterThanOrEqual(fact("created_at"), values["created_at"])
    if shape.updated_since:
        yield GreaterThanOrEqual(fact("updated_at"), values["updated_at"])


def _blank_or_not(shape: Shape) -> Q:
    """Those who have something in the field of the order, or those who have nothing there."""
    if shape.blank is None:
        return Q()
    if shape.gathered:  # the index of the order is no beginning here
        field = unindexed(shape.order)
        if shape.order in NULL_BLANKS:
            return Q(IsNull(field, shape.blank))
        return Q(Exact(field, "") if shape.blank else GreaterThan(field, ""))
    if shape.order in NULL_BLANKS:
        return Q(**{f"{shape.order}__isnull": shape.blank})
    return Q(**{shape.order if shape.blank else f"{shape.order}__gt": ""})


class _ByBytes(Func):
    """A text compared byte by byte, as `KeyField` is; SQLite does so by itself."""

    template = '(%(expressions)s COLLATE "C")'

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """As it is."""
        return self.as_sql(compiler, connection, template="%(expressions)s", **more)


def unindexed(field: str) -> Coalesce:
    """A field, so written that no index of it is used."""
    return Coalesce(_compared(field), _compared(field))


def _compared(field: str) -> F | _ByBytes:
    return _ByBytes(field) if field == "phone" else F(field)


def _of_these(
    rows: QuerySet[Any], shape: Shape, wanted: QuerySet[Any], client_id: str, *, gather: bool
) -> QuerySet[Any]:
    """Keep the rows of clients who are among the wanted ones: gathered all at once, or asked about one by one.

    Gathering pays where the candidates are many and the wanted ones few.
    """
    if gather:
        return rows.filter(**{f"{client_id}__in": wanted.filter(status=shape.status).values("client_id")})
    return rows.filter(Exists(wanted.filter(client_id=OuterRef(client_id))))
