"""The doors: no permission, no act, and the refusal is evidence; no evidence, no commit; a retry has one effect."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import KeyReused, NothingRecorded, command, query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.models import AuditEntry
from kinfold.domain.clients.models import Tag
from kinfold.domain.kernel.errors import NotAllowed
from kinfold.domain.kernel.tenancy import entered
from tests.personas import Cast


@dataclass(frozen=True, kw_only=True, slots=True)
class MakeTag:
    name: str
    record: bool = True


def _make(actor: Actor, data: MakeTag) -> UUID:
    tag = Tag.objects.create(name=data.name, key=data.name.lower())
    if data.record:
        trail.record(actor, "tag.created", subject=("tag", tag.id))
    return tag.id


make_tag = command(Permission.CLIENTS_CHANGE)(_make)


@query(Permission.PRACTICE_OWN)
def owners_only(actor: Actor, data: None) -> str:
    """A question that only owners may ask."""
    return "yes"


def tags(cast: Cast) -> list[str]:
    with entered(cast.alder.practice_id):
        return list(Tag.objects.filter(name__startswith="door").values_list("name", flat=True))


def refusals(cast: Cast) -> int:
    with entered(cast.alder.practice_id):
        return AuditEntry.objects.filter(action="access.refused").count()


def test_without_the_permission_nothing_happens_and_the_refusal_is_kept(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        make_tag(cast.theo.actor, MakeTag(name="door 1"))
    assert tags(cast) == []
    assert refusals(cast) == 1
    with pytest.raises(NotAllowed):
        owners_only(cast.ada.actor, None)
    assert refusals(cast) == 2
    assert owners_only(cast.olu.actor, None) == "yes"
    assert trail.verify(cast.alder.practice_id).fault is None


def test_a_change_without_evidence_is_not_committed(cast: Cast) -> None:
    with pytest.raises(NothingRecorded):
        make_tag(cast.ada.actor, MakeTag(name="door 2", record=False))
    assert tags(cast) == []


def test_a_retry_under_the_same_key_has_one_effect_and_the_same_answer(cast: Cast) -> None:
    first = make_tag(cast.ada.actor, MakeTag(name="door 3"), once="k1")
    second = make_tag(cast.ada.actor, MakeTag(name="door 3"), once="k1")
    assert first == second
    assert tags(cast) == ["door 3"]


def test_a_key_cannot_be_used_for_something_else(cast: Cast) -> None:
    make_tag(cast.ada.actor, MakeTag(name="door 4"), once="k2")
    with pytest.raises(KeyReused):
        make_tag(cast.ada.actor, MakeTag(name="door 5"), once="k2")
    assert tags(cast) == ["door 4"]


def test_a_key_belongs_to_the_person_who_used_it(cast: Cast) -> None:
    make_tag(cast.ada.actor, MakeTag(name="door 6"), once="k3")
    make_tag(cast.olu.actor, MakeTag(name="door 7"), once="k3")
    assert sorted(tags(cast)) == ["door 6", "door 7"]


def test_a_refused_act_does_not_use_up_its_key(cast: Cast) -> None:
    weak = replace(cast.ada.actor, permissions=frozenset())
    with pytest.raises(NotAllowed):
        make_tag(weak, MakeTag(name="door 8"), once="k4")
    make_tag(cast.ada.actor, MakeTag(name="door 8"), once="k4")
    assert tags(cast) == ["door 8"]


@command(Permission.CLIENTS_CHANGE)
def make_two_tags(actor: Actor, data: MakeTag) -> tuple[UUID, ...]:
    """A command that calls another one, and goes on."""
    first = make_tag(actor, MakeTag(name=f"{data.name} a"))
    trail.record(actor, "tags.tidied")
    second = make_tag(actor, MakeTag(name=f"{data.name} b"), once="k7")
    return first, second


def test_what_a_command_records_is_written_in_order_when_all_else_is(cast: Cast) -> None:
    """So the end of the chain is the last row it waits for: two commands never wait for each other because of it."""
    with CaptureQueriesContext(connection) as questions:
        first, second = make_two_tags(cast.ada.actor, MakeTag(name="door 7"))
    written = [
        sql for each in questions if (sql := each["sql"]).startswith(("INSERT", "UPDATE", "DELETE", "WITH"))
    ]
    about_the_trail = ["audit" in sql for sql in written]
    assert about_the_trail == sorted(about_the_trail)
    assert sum(sql.count('UPDATE "audit_audithead"') for sql in written) == 1
    with entered(cast.alder.practice_id):
        last = AuditEntry.objects.order_by("-number").values_list("action", "subject_id")[:3]
        assert list(reversed(last)) == [
            ("tag.created", first),
            ("tags.tidied", None),
            ("tag.created", second),
        ]
    assert trail.verify(cast.alder.practice_id).fault is None
