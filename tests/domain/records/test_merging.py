"""Merging two records of one person: what moves, who sees what, the old id, and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kinfold.domain.access.activity import ListActivity, list_activity
from kinfold.domain.audit import trail
from kinfold.domain.care.commands.risk import SetRisk, set_risk
from kinfold.domain.care.models import Risk, Session
from kinfold.domain.care.queries.risk import GetRisk, get_risk
from kinfold.domain.clients.commands.assigning import AssignClient, assign_client
from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.errors import ClientArchived
from kinfold.domain.clients.models import (
    Assignment,
    Client,
    ClientLogin,
    ClientPlace,
    ClientWord,
    FormerClient,
)
from kinfold.domain.clients.queries.access import ExplainAccess, explain_access
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.own.doorway import own_pages
from kinfold.domain.practices.models import PracticeTally
from kinfold.domain.records.commands.holding import HoldRecord, hold_record
from kinfold.domain.records.commands.merging import MergeClients, UndoMerge, merge_clients, undo_merge
from kinfold.domain.records.errors import CannotUnmerge, MergedMeanwhile, SessionsOverlap
from kinfold.domain.records.hanging import LINKS, AtMerge
from kinfold.domain.records.models import Merge
from kinfold.domain.records.periodic import forget_old_merges
from kinfold.domain.records.queries.merging import (
    FollowMerged,
    ListDuplicateGroups,
    ListMerges,
    MergeOutlook,
    PreviewMerge,
    follow_merged,
    list_duplicate_groups,
    list_merges,
    preview_merge,
)
from tests.domain.care.steps import hold
from tests.domain.clients.bulk.steps import archive, reassign, tag, therapist_of, unarchive
from tests.domain.clients.steps import add, card, listed, names, person, recorded
from tests.domain.clients.test_walk_ins import walks_in
from tests.domain.own.steps import registered
from tests.domain.records.steps import delete, state
from tests.personas import Cast, Person


def versions(cast: Cast, *client_ids: UUID) -> list[int]:
    with entered(cast.alder.practice_id):
        found = dict(Client.objects.filter(pk__in=client_ids).values_list("id", "version"))
    return [found.get(client_id, 1) for client_id in client_ids]


def merge(cast: Cast, kept: UUID, gone: UUID, *, by: Person | None = None, **more: Any) -> UUID:
    """Make one of two."""
    kept_version, gone_version = versions(cast, kept, gone)
    data = MergeClients(
        kept_id=kept, gone_id=gone, **{"kept_version": kept_version, "gone_version": gone_version, **more}
    )
    return merge_clients((by or cast.ada).actor, data)


def undo(cast: Cast, merge_id: UUID) -> None:
    undo_merge(cast.ada.actor, UndoMerge(merge_id=merge_id))


def outlook(cast: Cast, kept: UUID, gone: UUID, **more: Any) -> MergeOutlook:
    return preview_merge(cast.ada.actor, PreviewMerge(kept_id=kept, gone_id=gone, **more))


def seers(cast: Cast, client_id: UUID, at: Any = None) -> set[str]:
    """Who sees a client by a tie or a supervision, by first name."""
    found = explain_access(cast.ada.actor, ExplainAccess(client_id=client_id, at=at))
    return {p.name.split()[0] for p in found.people if any(g.kind != "role" for g in p.grounds)}


def everything(cast: Cast, client_id: UUID) -> dict[str, Any]:
    """All that hangs on a client, and the client."""
    with entered(cast.alder.practice_id):
        found: dict[str, Any] = {
            link.field: sorted(map(str, link.rows([client_id]).values_list("pk", flat=True)))
            for link in LINKS
        }
        found["client"] = Client.objects.filter(pk=client_id).values().first()
    found["client"] and found["client"].pop("version")
    found["client"] and found["client"].pop("updated_at")
    return found


@pytest.fixture
def twice(cast: Cast) -> UUID:
    """Anna once more, with Lin, a session, tags, a level of risk, a walk-in and an address of her own."""
    (again,) = add(
        cast,
        person(
            first_name="Ann",
            last_name="Novak",
            email="ann@mail.example",
            phone="+1 503 555 0100",
            pronouns="she",
        ),
        therapist=cast.lin,
    )
    hold(cast.lin, type(cast.anna)(**{**_parts(cast), "id": again}))
    tag(cast.ada, ("EMDR", "Sleep"), again)
    tag(cast.ada, ("Sleep",), cast.anna.id)
    set_risk(cast.ada.actor, SetRisk(client_id=again, level="high", reason="Said so"))
    return again


def _parts(cast: Cast) -> dict[str, Any]:
    return {name: getattr(cast.anna, name) for name in cast.anna.__dataclass_fields__}


def test_all_of_the_other_record_is_on_the_one_that_stays(cast: Cast, twice: UUID) -> None:
    merge(cast, cast.anna.id, twice, taken=("phone", "pronouns"))
    found = card(cast.ada, cast.anna.id)
    assert found.profile
    assert (found.first_name, found.profile.phone) == ("Anna", "+15035550100")
    assert set(found.profile.tags) == {"EMDR", "Sleep"}
    assert found.therapist == "Theo Park"
    assert {(tie.therapist, tie.until is None) for tie in found.profile.history} == {
        ("Lin Zhao", False),
        ("Theo Park", True),
    }
    with entered(cast.alder.practice_id):
        assert Session.objects.filter(client_id=cast.anna.id).count() == 1
        assert Risk.objects.get(client_id=cast.anna.id, until__isnull=True).level == "high"
        assert Client.objects.get(pk=cast.anna.id).risk == "high"
        assert PracticeTally.objects.get().active_clients == 4
    assert names(listed(cast.ada, search="ann")) == ["Anna Novak"]
    assert listed(cast.ada).counts.active == 4
    assert trail.verify(cast.alder.practice_id).fault is None


def test_the_old_id_leads_to_the_record_for_those_who_see_it_and_nowhere_for_others(
    cast: Cast, twice: UUID
) -> None:
    merge(cast, cast.anna.id, twice)
    for who, seen in ((cast.ada, True), (cast.theo, True), (cast.lin, False), (cast.fran, False)):
        assert follow_merged(who.actor, FollowMerged(client_id=twice)) == (cast.anna.id if seen else None)
        with pytest.raises(NotFound):
            card(who, twice)
    (again,) = add(cast, person(last_name="Novak"))
    merge(cast, again, cast.anna.id)
    assert follow_merged(cast.ada.actor, FollowMerged(client_id=twice)) == again
    lines = list_activity(cast.ada.actor, ListActivity(subject_id=twice)).lines
    assert {line.subject_name for line in lines} == {"Imani Novak"}


def test_exactly_one_therapist_goes_on_and_the_other_stays_in_the_history(cast: Cast, twice: UUID) -> None:
    assert outlook(cast, cast.anna.id, twice).therapists == ("Lin Zhao", "Theo Park")
    merge(cast, cast.anna.id, twice, their_therapist=True)
    assert therapist_of(cast, cast.anna.id) == ("Lin Zhao", "practice")
    with entered(cast.alder.practice_id):
        open_ties = Assignment.objects.filter(client_id=cast.anna.id, until__isnull=True)
        assert [tie.member_id for tie in open_ties] == [cast.lin.member_id]
    assert seers(cast, cast.anna.id) == {"Lin"}
    with pytest.raises(NotFound):
        card(cast.theo, cast.anna.id)


def test_who_gains_and_loses_sight_is_said_before_and_true_afterwards(cast: Cast, twice: UUID) -> None:
    walks_in(cast, twice, cast.olu)
    found = outlook(cast, cast.anna.id, twice)
    assert {row.name.split()[0] for row in found.loses} == {"Lin"}
    assert {(row.name.split()[0], row.before) for row in found.gains} >= {("Theo", "kept"), ("Sana", "kept")}
    assert found.moves == ("2 tags", "2 assignments", "1 session", "1 level of risk")
    merge(cast, cast.anna.id, twice)
    assert seers(cast, cast.anna.id) - {"Olu"} == {"Theo", "Sana"}


def test_of_two_levels_of_risk_the_higher_one_is_shown_though_the_lower_was_set_later(
    cast: Cast, twice: UUID
) -> None:
    set_risk(cast.ada.actor, SetRisk(client_id=cast.anna.id, level="low", reason="Reviewed"))
    assert outlook(cast, cast.anna.id, twice).risk == "high"
    merge(cast, cast.anna.id, twice)
    found = get_risk(cast.ada.actor, GetRisk(client_id=cast.anna.id))
    assert found.level == "high"
    assert found.history
    assert [(period.level, period.until is None) for period in found.history] == [
        ("high", True),
        ("low", False),
    ]


def test_of_two_sign_ins_it_is_said_before_that_one_ends(cast: Cast) -> None:
    stays, goes = registered(cast, cast.ben), registered(cast, cast.dora)
    assert stays.login_id
    assert goes.login_id
    assert outlook(cast, cast.ben.id, cast.dora.id).sign_in_ends
    assert not outlook(cast, cast.ben.id, cast.anna.id).sign_in_ends
    merge(cast, cast.ben.id, cast.dora.id)
    assert [page.client_id for page in own_pages(stays.login_id)] == [cast.ben.id]
    assert own_pages(goes.login_id) == ()


def test_the_same_therapist_goes_on_from_the_earlier_day(cast: Cast) -> None:
    (again,) = add(cast, person(), therapist=cast.theo)
    before = card(cast.ada, cast.anna.id).assignment_id
    merge(cast, again, cast.anna.id)
    assert card(cast.ada, again).assignment_id == before
    assert therapist_of(cast, again) == ("Theo Park", "practice")


REFUSALS: dict[str, tuple[Callable[[Cast], object], type[Exception]]] = {
    "itself": (lambda cast: merge(cast, cast.anna.id, cast.anna.id), InvalidInput),
    "another practice's": (lambda cast: merge(cast, cast.anna.id, cast.finn.id), NotFound),
    "archived": (
        lambda cast: (archive(cast.ada, cast.ben.id), merge(cast, cast.anna.id, cast.ben.id)),
        ClientArchived,
    ),
    "merged already": (
        lambda cast: (merge(cast, cast.anna.id, cast.ben.id), merge(cast, cast.uma.id, cast.ben.id)),
        MergedMeanwhile,
    ),
    "changed meanwhile": (lambda cast: merge(cast, cast.anna.id, cast.ben.id, kept_version=9), StaleVersion),
    "an unknown field": (
        lambda cast: merge(cast, cast.anna.id, cast.ben.id, taken=("version",)),
        InvalidInput,
    ),
    "without the right": (lambda cast: merge(cast, cast.anna.id, cast.ben.id, by=cast.theo), NotAllowed),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_what_cannot_be_merged_is_refused_in_its_own_words(cast: Cast, what: str) -> None:
    act, refusal = REFUSALS[what]
    with pytest.raises(refusal):
        act(cast)
    assert card(cast.ada, cast.anna.id).status == "active"


def test_two_records_of_one_session_have_to_be_sorted_out_first(cast: Cast, twice: UUID) -> None:
    with entered(cast.alder.practice_id, writing=True):
        held = Session.objects.get(client_id=twice)
        Session.objects.create(
            client_id=cast.anna.id,
            member_id=held.member_id,
            starts_at=held.starts_at,
            minutes=50,
            status="completed",
            created_at=clock.now(),
        )
    assert "same time" in outlook(cast, cast.anna.id, twice).problem
    with pytest.raises(SessionsOverlap):
        merge(cast, cast.anna.id, twice)


def test_undoing_it_at_once_leaves_both_as_they_were(cast: Cast, twice: UUID) -> None:
    hold_record(cast.ada.actor, HoldRecord(client_id=twice, reason="Court order"))
    walks_in(cast, cast.anna.id, cast.olu)
    before = [everything(cast, client_id) for client_id in (cast.anna.id, twice)]
    undo(cast, merge(cast, cast.anna.id, twice, taken=("first_name", "email", "phone", "pronouns")))
    after = [everything(cast, client_id) for client_id in (cast.anna.id, twice)]
    for was, now in zip(before, after, strict=True):
        # What ended began again, from now on.
        for ended in ("clients.Assignment.client", "care.Risk.client"):
            assert set(was.pop(ended)) <= set(now.pop(ended))
        # The act itself, and a row that says nothing.
        for kept in ("records.Merge.kept", "clients.ClientProfile.client"):
            was.pop(kept)
            now.pop(kept)
        assert was == now
    assert therapist_of(cast, twice) == ("Lin Zhao", "practice")
    assert therapist_of(cast, cast.anna.id) == ("Theo Park", "practice")
    assert names(listed(cast.ada, search="ann")) == ["Ann Novak", "Anna Novak"]
    assert listed(cast.ada).counts.active == 5
    assert seers(cast, twice) == {"Lin"}
    assert state(cast.ada, twice).held
    (done,) = list_merges(cast.ada.actor, ListMerges())
    assert (done.left, done.undo_until, done.gone_name) == ((), None, "Ann Novak")
    with pytest.raises(CannotUnmerge):
        undo(cast, done.id)
    assert trail.verify(cast.alder.practice_id).fault is None


def test_what_was_changed_since_stays_and_is_listed(cast: Cast, twice: UUID) -> None:
    merge_id = merge(cast, cast.anna.id, twice, taken=("phone", "pronouns"))
    with entered(cast.alder.practice_id, writing=True):
        Session.objects.filter(client_id=cast.anna.id).update(service_code="90837")
    (version,) = versions(cast, cast.anna.id)
    change_client(
        cast.ada.actor, ChangeClient(client_id=cast.anna.id, version=version, phone="+1 503 555 0199")
    )
    undo(cast, merge_id)
    assert set(list_merges(cast.ada.actor, ListMerges())[0].left) == {"1 session", "Phone"}
    profile = card(cast.ada, cast.anna.id).profile
    assert profile
    assert profile.phone == "+15035550199"
    with entered(cast.alder.practice_id):
        assert Session.objects.filter(client_id=cast.anna.id).count() == 1


def test_somebody_who_was_given_the_client_since_keeps_them(cast: Cast, twice: UUID) -> None:
    merge_id = merge(cast, cast.anna.id, twice, their_therapist=True)
    reassign(cast.ada, cast.theo, cast.anna.id)
    undo(cast, merge_id)
    assert therapist_of(cast, cast.anna.id) == ("Theo Park", "practice")


def test_the_past_is_told_as_it_was_before_during_and_after(cast: Cast, twice: UUID) -> None:
    start = clock.now()
    with clock.frozen_at(start + timedelta(days=1)):
        merge_id = merge(cast, cast.anna.id, twice, their_therapist=True)
    with clock.frozen_at(start + timedelta(days=3)):
        undo(cast, merge_id)
    with clock.frozen_at(start + timedelta(days=4)):
        for day, anna, ann in (
            (0.5, {"Theo", "Sana"}, {"Lin"}),
            (2, {"Lin"}, {"Lin"}),
            (3.5, {"Theo", "Sana"}, {"Lin"}),
        ):
            at = start + timedelta(days=day)
            assert (seers(cast, cast.anna.id, at), seers(cast, twice, at)) == (anna, ann), day


def test_a_merge_is_undone_only_before_what_was_built_on_it(cast: Cast, twice: UUID) -> None:
    first = merge(cast, cast.anna.id, twice)
    second = merge(cast, cast.uma.id, cast.anna.id)
    with pytest.raises(CannotUnmerge):
        undo(cast, first)
    undo(cast, second)
    undo(cast, first)
    assert listed(cast.ada).counts.active == 5
    again = merge(cast, cast.anna.id, twice)
    archive(cast.ada, cast.anna.id)
    with pytest.raises(CannotUnmerge):
        undo(cast, again)
    unarchive(cast.ada, cast.anna.id)
    undo(cast, again)


def test_after_thirty_days_it_cannot_be_undone_and_what_undoing_needed_is_gone(
    cast: Cast, twice: UUID
) -> None:
    merge_id = merge(cast, cast.anna.id, twice)
    with clock.frozen_at(clock.now() + timedelta(days=31)):
        with pytest.raises(CannotUnmerge):
            undo(cast, merge_id)
        forget_old_merges()
        with entered(cast.alder.practice_id):
            assert not Merge.objects.exists()
        assert follow_merged(cast.ada.actor, FollowMerged(client_id=twice)) == cast.anna.id


def test_who_was_merged_and_then_deleted_leads_nowhere(cast: Cast) -> None:
    (again,) = add(cast, person())
    merge(cast, cast.uma.id, again)
    archive(cast.ada, cast.uma.id)
    delete(cast.ada, cast.uma.id)
    assert follow_merged(cast.ada.actor, FollowMerged(client_id=again)) is None
    with entered(cast.alder.practice_id):
        assert not Merge.objects.exists()
        assert FormerClient.objects.count() == 2


def test_sign_ins_move_and_of_two_own_ones_that_of_the_record_that_stays_goes_on(
    cast: Cast, twice: UUID
) -> None:
    with entered(cast.alder.practice_id, writing=True):
        for client_id, login, kind in (
            (cast.anna.id, cast.nora.login_id, "self"),
            (twice, cast.fran.login_id, "self"),
            (twice, cast.nora.login_id, "parent"),
        ):
            ClientLogin.objects.create(
                client_id=client_id,
                login_id=login,
                relationship=kind,
                since=clock.now(),
                registered_at=clock.now(),
            )
    merge_id = merge(cast, cast.anna.id, twice)
    with entered(cast.alder.practice_id):
        logins = ClientLogin.objects.filter(client_id=cast.anna.id)
        assert [login.login_id for login in logins.filter(until__isnull=True)] == [cast.nora.login_id]
        assert logins.count() == 3
    undo(cast, merge_id)
    with entered(cast.alder.practice_id):
        back = ClientLogin.objects.filter(client_id=twice, until__isnull=True)
        assert {login.login_id for login in back} == {cast.nora.login_id, cast.fran.login_id}
        assert Client.objects.get(pk=twice).registration == "registered"


def test_who_acts_for_both_records_until_a_day_has_one_page_afterwards(cast: Cast, twice: UUID) -> None:
    until = clock.now() + timedelta(days=9)
    for client_id in (cast.anna.id, twice):
        with entered(cast.alder.practice_id, writing=True):
            ClientLogin.objects.create(
                client_id=client_id,
                login_id=cast.nora.login_id,
                relationship="parent",
                since=clock.now(),
                until=until,
                registered_at=clock.now(),
            )
    with entered(cast.alder.practice_id, writing=True):
        ClientPlace.objects.create(login_id=cast.nora.login_id, for_practice=cast.alder.practice_id)
    merge(cast, cast.anna.id, twice)
    assert [page.client_id for page in own_pages(cast.nora.login_id)] == [cast.anna.id]


def test_possible_duplicates_share_the_address_and_the_name_or_the_date_of_birth(cast: Cast) -> None:
    add(
        cast,
        person(first_name="Kim", last_name="Ash", email="ash@mail.example", birth_date="1980-01-01"),
        person(first_name="Kimberly", last_name="Ash", email="ash@mail.example", birth_date="1980-01-01"),
        person(first_name="Lee", last_name="Ash", email="ash@mail.example", birth_date="2010-01-01"),
        person(first_name="Zoe", last_name="Birch", email="zoe@mail.example", birth_date="1980-01-01"),
        person(first_name="Zoe", last_name="Birch", email="zoe@mail.example", birth_date="1981-01-01"),
    )
    found = list_duplicate_groups(cast.ada.actor, ListDuplicateGroups())
    assert [(group.shared, [one.name for one in group.clients]) for group in found.groups] == [
        ("Same email address and date of birth", ["Kim Ash", "Kimberly Ash"]),
        ("Same email address and name", ["Zoe Birch", "Zoe Birch"]),
    ]
    first = list_duplicate_groups(cast.ada.actor, ListDuplicateGroups(limit=1))
    assert first.next
    second = list_duplicate_groups(cast.ada.actor, ListDuplicateGroups(limit=1, after=first.next))
    assert [group.shared for group in (*first.groups, *second.groups)] == [
        group.shared for group in found.groups
    ]
    assert second.next is None


def test_every_table_that_links_to_a_client_is_merged(cast: Cast, twice: UUID) -> None:
    """Nothing in the table of links is left with the old id; that the table is whole is tested beside it."""
    assign_client(cast.ada.actor, AssignClient(client_id=twice, member_id=cast.theo.member_id))
    merge(cast, cast.anna.id, twice)
    with entered(cast.alder.practice_id):
        left = {link.field: link.rows([twice]).count() for link in LINKS}
        assert not any(left.values())
        assert not ClientWord.objects.filter(client_id=twice).exists()
    assert all(link.like for link in LINKS if link.at_merge is AtMerge.JOINS)
    assert "client.merged" in [action for action, _, _ in recorded(cast, twice)]
