"""What holds when people act on clients at the same moment, on real connections (RELIABILITY 1.10, 1.11)."""

from __future__ import annotations

import pytest

from kinfold.domain.audit.trail import verify
from kinfold.domain.clients.commands.assigning import AssignClient, assign_client
from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.commands.creating import CreateClients, create_clients
from kinfold.domain.clients.commands.tidying_tags import RenameTag, rename_tag
from kinfold.domain.clients.errors import TagExists
from kinfold.domain.clients.models import Assignment, Client, Tag
from kinfold.domain.clients.queries.tags import ListTagUse, list_tag_use
from kinfold.domain.kernel.errors import StaleVersion
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import PracticeTally
from tests.at_once import at_once, kinds
from tests.domain.clients.steps import card, numbered
from tests.personas import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_many_who_save_the_same_version_one_does_and_the_others_are_told(cast: Cast) -> None:
    actor = cast.ada.actor
    edits = [
        ChangeClient(client_id=cast.anna.id, version=1, last_name=f"Name{n}", tags=(f"Tag {n}",))
        for n in range(8)
    ]
    outcomes = at_once([lambda edit=edit: change_client(actor, edit) for edit in edits])  # type: ignore[misc]
    assert kinds(outcomes) == {StaleVersion: 7}
    found = card(cast.ada, cast.anna.id)
    assert found.profile
    assert found.version == 2
    assert found.profile.tags == (found.last_name.replace("Name", "Tag "),)


@pytest.mark.requirement("O26")
def test_of_many_who_assign_the_same_client_the_last_one_holds(cast: Cast) -> None:
    actor = cast.ada.actor
    acts = [
        AssignClient(client_id=cast.uma.id, member_id=member.member_id, kind=kind)
        for member in (cast.theo, cast.lin, cast.sana)
        for kind in ("primary", "direct")
    ]
    at_once([lambda act=act: assign_client(actor, act) for act in acts])  # type: ignore[misc]
    with entered(cast.alder.practice_id):
        client = Client.objects.get(pk=cast.uma.id)
        (tie,) = Assignment.objects.filter(client_id=cast.uma.id, until__isnull=True)
        assert (client.primary_id, client.version) == (tie.member_id, 1 + len(acts))
        assert Assignment.objects.filter(client_id=cast.uma.id).count() == len(acts)
    assert verify(cast.alder.practice_id).fault is None


def test_the_same_form_sent_many_times_at_once_adds_its_people_once(cast: Cast) -> None:
    actor = cast.ada.actor
    data = CreateClients(people=(numbered(1), numbered(2)))
    outcomes = at_once([lambda: create_clients(actor, data, once="one form")] * 8)
    assert len(set(map(str, outcomes))) == 1
    with entered(cast.alder.practice_id):
        assert Client.objects.count() == len(cast.clients) + 2 == PracticeTally.objects.get().active_clients


def test_a_tag_that_many_make_at_once_is_one_tag(cast: Cast) -> None:
    actor = cast.ada.actor
    forms = [CreateClients(people=(numbered(n, tags=("New", "new")),)) for n in range(8)]
    at_once([lambda form=form: create_clients(actor, form) for form in forms])  # type: ignore[misc]
    with entered(cast.alder.practice_id):
        assert Tag.objects.count() == 1
        assert Client.objects.count() == len(cast.clients) + 8 == PracticeTally.objects.get().active_clients


@pytest.mark.parametrize("merge", [False, True])
def test_a_tag_renamed_to_one_that_is_made_at_that_moment_is_refused_or_joined(
    cast: Cast, merge: bool
) -> None:
    actor = cast.ada.actor
    names = [f"Tag {number}" for number in range(6)]
    create_clients(
        actor, CreateClients(people=tuple(numbered(n, tags=(name,)) for n, name in enumerate(names)))
    )
    ids = {row.name: row.id for row in list_tag_use(actor, ListTagUse()).rows}
    renames = [RenameTag(tag_id=ids[name], name=f"{name} new", merge=merge) for name in names]
    forms = [CreateClients(people=(numbered(n + 10, tags=(f"{name} NEW",)),)) for n, name in enumerate(names)]
    outcomes = at_once(
        [
            *(lambda rename=rename: rename_tag(actor, rename) for rename in renames),
            *(lambda form=form: create_clients(actor, form) for form in forms),
        ]
    )
    refused = kinds(outcomes)
    assert set(refused) <= (set() if merge else {TagExists})
    with entered(cast.alder.practice_id):
        assert Tag.objects.count() == len(names) + refused[TagExists]
        assert Client.objects.count() == len(cast.clients) + 2 * len(names)
