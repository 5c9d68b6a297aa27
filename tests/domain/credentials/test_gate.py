"""Who may take new clients: a status, a role and an expired licence decide; what somebody has is never taken (N8)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kinfold.domain.clients.commands.assigning import AssignClient, assign_client
from kinfold.domain.clients.commands.creating import CreateClients, create_clients
from kinfold.domain.clients.profile import Typed
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.credentials.commands.exceptions import (
    AllowNewClients,
    EndException,
    allow_new_clients,
    end_exception,
)
from kinfold.domain.credentials.errors import ExceptionInForce, ExceptionOver
from kinfold.domain.credentials.queries.pickers import ListTakers, list_takers
from kinfold.domain.credentials.queries.team import (
    ListAttention,
    ListLicences,
    list_attention,
    list_licences,
)
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import Practice
from kinfold.domain.team.commands.supervision import EndSupervision, end_supervision
from kinfold.domain.team.models import Member, MemberStatus, Supervision
from tests.domain.credentials.steps import cover, in_days, in_words, licence, record, today
from tests.domain.team.steps import acts
from tests.personas import Cast, Person

REASON = "The renewal is with the board."


def offered(cast: Cast) -> list[str]:
    return [taker.label for taker in list_takers(cast.ada.actor, ListTakers())]


def give(cast: Cast, person: Person, *, kind: str = "primary") -> UUID:
    data = AssignClient(client_id=cast.uma.id, member_id=person.member_id, kind=kind)
    return assign_client(cast.ada.actor, data)


def why_not(cast: Cast, person: Person) -> str:
    with pytest.raises(InvalidInput) as refused:
        give(cast, person)
    (problem,) = refused.value.problems
    assert problem.field == "member_id"
    return problem.message


def except_for(cast: Cast, person: Person, *, by: Person | None = None, **changes: Any) -> UUID:
    typed = {"reason": REASON, "last_day": in_days(14), **changes}
    return allow_new_clients((by or cast.olu).actor, AllowNewClients(member_id=person.member_id, **typed))


def test_somebody_whose_licence_expired_is_not_offered_and_cannot_be_given_clients(cast: Cast) -> None:
    assert "Lin Zhao" in offered(cast)  # nothing on record holds nobody back
    licence(cast, cast.lin, expires_on=in_days(-6))
    assert "Lin Zhao" not in offered(cast)
    day = in_words(today() - timedelta(days=6))
    sentence = f"Lin Zhao's license expired on {day}. Choose someone else, or ask an owner to allow it."
    assert why_not(cast, cast.lin) == sentence
    assert record(cast, cast.lin).why_not == sentence
    person = Typed(
        first_name="Ida",
        last_name="Falk",
        email="ida@mail.example",
        birth_date="1980-01-31",
        sex_at_birth="female",
    )
    with pytest.raises(InvalidInput) as refused:
        create_clients(cast.ada.actor, CreateClients(people=(person,), therapist_id=cast.lin.member_id))
    assert [(p.field, p.message) for p in refused.value.problems] == [("therapist_id", sentence)]


def test_nothing_that_somebody_has_is_taken_when_their_licence_expires(cast: Cast) -> None:
    licence(cast, cast.lin, expires_on=in_days(-1))
    with entered(cast.alder.practice_id):
        assert visible_to(cast.lin.actor).count() == 2
    # Their own client becomes their direct one: that is no new client.
    assign_client(
        cast.ada.actor, AssignClient(client_id=cast.ben.id, member_id=cast.lin.member_id, kind="direct")
    )


def test_another_licence_that_holds_is_enough(cast: Cast) -> None:
    licence(cast, cast.lin, expires_on=in_days(-1))
    licence(cast, cast.lin, region="NV", expires_on="")
    assert "Lin Zhao, LCSW" in offered(cast)
    give(cast, cast.lin)


def test_expired_cover_is_shown_and_holds_nobody_back(cast: Cast) -> None:
    cover(cast, cast.lin, expires_on=in_days(-1))
    assert "Lin Zhao" in offered(cast)
    assert [(found.name, found.expired) for found in list_attention(cast.ada.actor, ListAttention())] == [
        ("Lin Zhao", True)
    ]


def test_a_licence_holds_through_its_last_day_where_the_practice_is(cast: Cast) -> None:
    Practice.objects.filter(pk=cast.alder.practice_id).update(time_zone="Pacific/Honolulu")
    licence(cast, cast.lin, expires_on=in_days(9))
    over = clock.midnight(today() + timedelta(days=10), "Pacific/Honolulu")
    with clock.frozen_at(over - timedelta(seconds=1)):
        assert "Lin Zhao, LCSW" in offered(cast)
    with clock.frozen_at(over):
        assert "Lin Zhao" not in " ".join(offered(cast))


def test_status_and_role_decide_first(cast: Cast) -> None:
    assert why_not(cast, cast.bea) == "Choose an active team member who sees clients."
    with entered(cast.alder.practice_id, writing=True):
        Member.objects.filter(pk=cast.lin.member_id).update(status=MemberStatus.ON_HOLD)
    assert why_not(cast, cast.lin) == "Choose an active team member who sees clients."
    with pytest.raises(InvalidInput):
        give(cast, Person("", "", "", uuid4(), uuid4(), uuid4()))


def test_an_owner_allows_it_with_a_reason_until_a_day(cast: Cast) -> None:
    licence(cast, cast.lin, expires_on=in_days(-1))
    made = except_for(cast, cast.lin)
    found = record(cast, cast.lin)
    assert found.exception is not None
    assert (found.exception.reason, found.exception.made_by, found.why_not) == (REASON, "Olu Adeyemi", "")
    assert found.expired_on is not None
    assert "Lin Zhao" in offered(cast)
    with clock.frozen_at(clock.now() + timedelta(days=16)):
        assert "Lin Zhao" not in offered(cast)
    with pytest.raises(ExceptionInForce):
        except_for(cast, cast.lin)
    end_exception(cast.olu.actor, EndException(exception_id=made))
    assert "Lin Zhao" not in offered(cast)
    with pytest.raises(ExceptionOver):
        end_exception(cast.olu.actor, EndException(exception_id=made))
    assert [(row.reason, row.in_force) for row in record(cast, cast.lin).exceptions] == [(REASON, False)]
    assert acts(cast.alder.practice_id, subject=cast.lin.member_id) == [
        "credential.added",
        "licence_exception.allowed",
        "licence_exception.ended",
    ]


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"reason": "  "}, "reason", "Say why."),
        ({"reason": "x" * 301}, "reason", "Use at most 300 characters."),
        (
            {"reason": "for\u202e"},
            "reason",
            "This contains characters that cannot be seen. Write it again.",
        ),
        ({"last_day": ""}, "last_day", "Enter the last day on which it holds."),
        ({"last_day": "2020-01-01"}, "last_day", "Choose today or a later day."),
        ({"last_day": "2126-01-01"}, "last_day", "Choose a day within the next year."),
        ({"last_day": "Friday"}, "last_day", "Enter a day, as YYYY-MM-DD."),
    ],
)
def test_an_exception_has_a_reason_and_an_end(
    cast: Cast, typed: dict[str, Any], field: str, sentence: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        except_for(cast, cast.lin, **typed)
    assert [(problem.field, problem.message) for problem in refused.value.problems] == [(field, sentence)]


def test_only_owners_make_and_end_exceptions_and_only_in_their_practice(cast: Cast) -> None:
    made = except_for(cast, cast.lin)
    for person in (cast.ada, cast.sana, cast.lin):
        with pytest.raises(NotAllowed):
            except_for(cast, cast.theo, by=person)
        with pytest.raises(NotAllowed):
            end_exception(person.actor, EndException(exception_id=made))
    with pytest.raises(NotFound):
        except_for(cast, cast.lin, by=cast.fran)
    for exception_id in (made, uuid4()):
        with pytest.raises(NotFound):
            end_exception(cast.fran.actor, EndException(exception_id=exception_id))


@pytest.mark.requirement("O17")
def test_pickers_say_who_has_no_supervisor(cast: Cast) -> None:
    assert "Theo Park" in offered(cast)
    with entered(cast.alder.practice_id):
        supervision_id = Supervision.objects.values_list("id", flat=True).get()
    end_supervision(cast.ada.actor, EndSupervision(supervision_id=supervision_id))
    licence(cast, cast.theo, title="LMSW")
    assert "Theo Park, LMSW (no supervisor)" in offered(cast)


def test_a_list_tells_how_licences_stand(cast: Cast) -> None:
    licence(cast, cast.lin, expires_on=in_days(300))
    licence(cast, cast.lin, region="NV", expires_on=in_days(12))
    licence(cast, cast.lin, region="OR", expires_on=in_days(-5))
    licence(cast, cast.sana, expires_on=in_days(-5))
    licence(cast, cast.sana, region="NV", expires_on=in_days(-50))
    ids = tuple(person.member_id for person in (cast.lin, cast.sana, cast.theo, cast.bea))
    found = list_licences(cast.ada.actor, ListLicences(member_ids=ids))
    assert {
        member_id: (line.titles, line.needed, line.given, line.state, line.days_left)
        for member_id, line in found.items()
    } == {
        cast.lin.member_id: ("LCSW", True, True, "soon", 12),
        cast.sana.member_id: ("", True, True, "expired", -5),
        cast.theo.member_id: ("", True, False, "holds", None),
        cast.bea.member_id: ("", False, False, "holds", None),
    }


def test_what_needs_attention_is_what_expires_within_90_days_or_has(cast: Cast) -> None:
    licence(cast, cast.lin, expires_on=in_days(91))
    licence(cast, cast.theo, expires_on=in_days(90))
    licence(cast, cast.sana, expires_on=in_days(-30))
    found = list_attention(cast.ada.actor, ListAttention())
    assert [(row.name, row.expired, row.days_left) for row in found] == [
        ("Sana Malik", True, -30),
        ("Theo Park", False, 90),
    ]
    with pytest.raises(NotAllowed):
        list_attention(cast.lin.actor, ListAttention())
