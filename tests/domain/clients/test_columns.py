"""Everyone arranges their own list of clients, and sees no column that their role does not show."""

from __future__ import annotations

import pytest

from kinfold.domain.clients.columns import DEFAULT, Column
from kinfold.domain.clients.commands.arranging import ArrangeList, arrange_list
from kinfold.domain.clients.models import ListLayout
from kinfold.domain.clients.queries.arranged import GetLayout, Layout, ListDetails, get_layout, list_details
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed
from kinfold.domain.kernel.tenancy import entered
from tests.personas import Cast, Person


def layout(who: Person) -> Layout:
    return get_layout(who.actor, GetLayout())


def arrange(who: Person, *columns: str, shown: set[str] | None = None, **more: int) -> None:
    arrange_list(
        who.actor, ArrangeList(columns=columns, shown=frozenset(columns if shown is None else shown), **more)
    )


@pytest.mark.requirement("U58")
@pytest.mark.requirement("U59")
def test_columns_are_shown_hidden_and_ordered_for_each_person_alone(cast: Cast) -> None:
    assert layout(cast.ada).shown == DEFAULT
    arrange(cast.ada, "email", "tags", "name", "updated", shown={"email", "updated"}, page_size=25)
    found = layout(cast.ada)
    assert found.shown == (Column.NAME, Column.EMAIL, Column.UPDATED)
    assert [placed.column for placed in found.columns][:4] == [
        Column.NAME, Column.EMAIL, Column.TAGS, Column.UPDATED,
    ]  # fmt: skip
    assert {placed.column for placed in found.columns} == set(Column)
    assert found.page_size == 25
    assert layout(cast.olu) == Layout(layout(cast.olu).columns, 50)
    assert layout(cast.olu).shown == DEFAULT
    arrange_list(cast.ada.actor, ArrangeList(page_size=100))
    assert layout(cast.ada).shown == (Column.NAME, Column.EMAIL, Column.UPDATED)
    arrange_list(cast.ada.actor, ArrangeList(columns=()))
    assert (layout(cast.ada).shown, layout(cast.ada).page_size) == (DEFAULT, 100)


def test_a_column_that_is_no_more_and_one_that_is_new_do_no_harm(cast: Cast) -> None:
    with entered(cast.alder.practice_id, writing=True):
        ListLayout.objects.create(
            member_id=cast.ada.member_id, columns=["name", "-shoe_size", "email", "-tags"]
        )
    found = layout(cast.ada)
    assert found.shown == (Column.NAME, Column.EMAIL)
    assert {placed.column for placed in found.columns} == set(Column)


def test_who_sees_names_only_has_no_other_columns(cast: Cast) -> None:
    arrange(cast.bea, *(column.value for column in Column))
    assert layout(cast.bea).shown == (Column.NAME, Column.THERAPIST, Column.UPDATED, Column.KIND)
    with pytest.raises(NotAllowed):
        list_details(cast.bea.actor, ListDetails(client_ids=(cast.anna.id,)))


def test_details_are_of_clients_whom_one_sees(cast: Cast) -> None:
    found = list_details(cast.theo.actor, ListDetails(client_ids=(cast.anna.id, cast.ben.id, cast.finn.id)))
    assert set(found) == {cast.anna.id}
    assert (found[cast.anna.id].email, found[cast.anna.id].sex_at_birth) == (cast.anna.email, "unknown")


@pytest.mark.parametrize(
    "wrong",
    [
        ArrangeList(columns=("shoe_size",)),
        ArrangeList(columns=("name",), shown=frozenset({"shoe_size"})),
        ArrangeList(page_size=1000),
    ],
)
def test_what_is_not_offered_is_refused(cast: Cast, wrong: ArrangeList) -> None:
    with pytest.raises(InvalidInput):
        arrange_list(cast.ada.actor, wrong)
    assert layout(cast.ada).shown == DEFAULT
