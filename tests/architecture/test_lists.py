"""Every list asks the same number of questions for 3 rows and for 30.

Which address is a list is not said here: every page and operation of the matrix that shows more when there is more is
one, so all that are looked at by GET, and all searches, are played with few rows and with many.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kinfold.domain.access.models import Role
from kinfold.domain.audit import trail
from kinfold.domain.care.models import Session
from kinfold.domain.clients.commands.creating import CreateClients, create_clients
from kinfold.domain.clients.profile import Typed
from kinfold.domain.imports.models import Import
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.kernel.text import sort_key
from kinfold.domain.team.commands.invitations import InviteMember, invite_member
from kinfold.domain.team.models import ApiToken, Member, MemberRole, Supervision
from tests.architecture.playing import request
from tests.architecture.routes import ROWS, Open, Row
from tests.architecture.stage import Caller, Stage, undone

LOOKS = [row for row in ROWS if not isinstance(row.needs, Open) and not row.writes]
PARTS = 6  # so that several processes share them, and none makes thirty of everything for each list


def more(stage: Stage, first: int, last: int) -> None:
    """Rows number `first` to `last` of everything that lists show."""
    cast, now = stage.cast, clock.now()
    owner = cast.olu.actor
    for number in range(first, last):
        person = Typed(
            first_name=f"Okki{number}",
            last_name=f"Linberg{number}",
            email=f"okki{number}@mail.example",
            birth_date="1990-01-01",
            sex_at_birth="female",
            tags=("Sleep", f"Group {number}"),
        )
        (client_id,) = create_clients(owner, CreateClients(people=(person,), therapist_id=cast.lin.member_id))
        address = f"linus{number}@example.org"
        roles = (cast.alder.roles["associate"],)
        invite_member(owner, InviteMember(full_name=f"Linus {number}", email=address, role_ids=roles))
        with entered(cast.alder.practice_id, writing=True):
            member = Member.objects.create(
                first_name="Linda",
                last_name=str(number),
                sort_key=sort_key(str(number), "Linda"),
                email=f"linda{number}@example.org",
                joined_at=now,
                updated_at=now,
            )
            MemberRole.objects.create(member=member, role_id=cast.alder.roles["intern"], since=now)
            for met, hours in ((client_id, 1), (cast.ben.id, 2)):
                Session.objects.create(
                    client_id=met,
                    member=member,
                    starts_at=now + timedelta(hours=hours),
                    minutes=50,
                    status="scheduled",
                    created_at=now,
                )
            Supervision.objects.create(supervisor_id=cast.sana.member_id, supervisee=member, since=now)
            Role.objects.create(
                name=f"Helper {number}", name_key=f"helper {number}", starting_point="nothing"
            )
            ApiToken.objects.create(
                member_id=cast.olu.member_id,
                name=f"Program {number}",
                digest=f"{number:064}",
                hint="abcd",
                created_at=now,
                expires_at=now + timedelta(days=1),
            )
            done = Import.objects.filter(state="done").values()[0]
            Import.objects.create(**{**done, "id": None, "change_set_id": None, "file_name": f"{number}.csv"})
            trail.record(owner, "member.changed", subject=("member", member.id))


@pytest.mark.parametrize("part", range(PARTS))
def test_a_list_asks_as_much_for_three_rows_as_for_thirty(stage: Stage, part: int) -> None:
    who, looks = stage.signed_in(stage.cast.olu), LOOKS[part::PARTS]
    with undone():
        more(stage, 0, 3)
        few = [questions(stage, who, row) for row in looks]
        more(stage, 3, 30)
        many = [questions(stage, who, row) for row in looks]
    # Fewer is right where one page of many rows shows fewer kinds of things (activity).
    worse = {
        str(row): new_questions(*asked)
        for row, *asked in zip(looks, few, many, strict=True)
        if len(asked[1]) > len(asked[0])
    }
    assert worse == {}


def questions(stage: Stage, who: Caller, row: Row) -> list[str]:
    """What a page asks the database, from the second time on: something is remembered, and the look is recorded."""
    with undone():
        request(stage, who, row, keep=True)
        with CaptureQueriesContext(connection) as asked:
            request(stage, who, row, keep=True)
    return [question["sql"] for question in asked.captured_queries]


def new_questions(few: list[str], many: list[str]) -> list[str]:
    """What is asked for many rows and not for few, values left out."""
    shapes = [re.sub(r"'[^']*'|\b[0-9a-f]{32}\b|\b\d+\b", "?", sql)[:300] for sql in many]
    known = {re.sub(r"'[^']*'|\b[0-9a-f]{32}\b|\b\d+\b", "?", sql)[:300] for sql in few}
    return sorted({shape for shape in shapes if shape not in known}) or sorted(
        {shape for shape in shapes if shapes.count(shape) > 1}
    )
