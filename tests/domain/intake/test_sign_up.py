"""The public sign-up page: asking, answering, and what it may never give away (SPEC 5 and 8.7)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kinfold.domain.access.actors import Actor
from kinfold.domain.clients.errors import LikelyDuplicates
from kinfold.domain.clients.models import Assignment, Client, ClientTag
from kinfold.domain.identity.limits import SlowDown
from kinfold.domain.intake.commands.answering import (
    AcceptRequests,
    RejectRequests,
    accept_requests,
    reject_requests,
)
from kinfold.domain.intake.commands.asking import AskToJoin, ask_to_join
from kinfold.domain.intake.commands.page import ChangeSignUpPage, change_sign_up_page
from kinfold.domain.intake.doorway import FROM_ONE_PLACE, count_request, guest_at
from kinfold.domain.intake.emails import answer_mail, waiting_mail
from kinfold.domain.intake.errors import RequestAnswered
from kinfold.domain.intake.models import SignUpRequest
from kinfold.domain.intake.queries.page import OpenSignUpPage, open_sign_up_page
from kinfold.domain.intake.queries.requests import ListRequests, list_requests
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.messages.kinds import Mail
from kinfold.domain.messages.models import OutgoingMail
from kinfold.domain.own.queries.waiting import CountWaiting, count_waiting
from tests.domain.team.steps import acts
from tests.personas import Cast, Person

PAGE = ChangeSignUpPage(
    version=0,
    is_open=True,
    welcome="We answer within two days.",
    consent="I agree that Alder Creek may contact me.",
    asks_phone=True,
    asks_about=True,
    asks_therapist=True,
)
ROSA = AskToJoin(
    first_name="Rosa",
    last_name="Winter",
    email="rosa@mail.example",
    birth_date="1988-02-29",
    sex_at_birth="female",
    about="Sleeping badly.",
    agreed=True,
)


@pytest.fixture
def guest(cast: Cast) -> Actor:
    """A visitor of Alder Creek's open page."""
    change_sign_up_page(cast.olu.actor, PAGE)
    return guest_at("alder-creek")


def waiting(who: Person) -> list[str]:
    """The names of those who wait, as somebody who may answer sees them."""
    return [row.name for row in list_requests(who.actor, ListRequests()).rows]


def only_request(cast: Cast) -> SignUpRequest:
    with entered(cast.alder.practice_id):
        return SignUpRequest.objects.get()


def answer_to(cast: Cast) -> Mail | None:
    """The one answer that is on its way."""
    queued = OutgoingMail.objects.get(kind="intake.answer")
    with entered(cast.alder.practice_id):
        return answer_mail(cast.alder.practice_id, queued.subject_id)


# --- asking -------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("U11")
def test_a_request_waits_under_pending_and_makes_nobody_a_client(cast: Cast, guest: Actor) -> None:
    ask_to_join(guest, ROSA)
    assert waiting(cast.ada) == ["Rosa Winter"]
    assert count_waiting(cast.ada.actor, CountWaiting()).newcomers == 1
    with entered(cast.alder.practice_id):
        assert not Client.objects.filter(last_name="Winter").exists()
    kept = only_request(cast)
    assert (kept.consent, kept.about) == (PAGE.consent, "Sleeping badly.")


def test_those_who_may_answer_get_a_mail_that_names_nobody(cast: Cast, guest: Actor) -> None:
    ask_to_join(guest, ROSA)
    ask_to_join(guest, replace(ROSA, first_name="Rolf"))
    mails = OutgoingMail.objects.filter(kind="intake.waiting", state="queued")
    assert {mail.subject_id for mail in mails} == {cast.olu.member_id, cast.ada.member_id}
    for mail in mails:
        with entered(cast.alder.practice_id):
            written = waiting_mail(cast.alder.practice_id, mail.subject_id)
        assert written is not None
        assert "2 requests wait" in written.text
        assert "Winter" not in written.text + written.subject


def test_the_same_form_sent_twice_is_one_request(cast: Cast, guest: Actor) -> None:
    ask_to_join(guest, ROSA)
    ask_to_join(guest, replace(ROSA, email="Rosa@mail.example"))
    assert waiting(cast.olu) == ["Rosa Winter"]


def test_somebody_who_is_a_client_already_is_told_nothing_of_it(cast: Cast, guest: Actor) -> None:
    known = replace(
        ROSA, first_name="Anna", last_name="Novak", email=cast.anna.email, birth_date="1990-04-12"
    )
    ask_to_join(guest, known)
    ask_to_join(guest, ROSA)
    assert sorted(waiting(cast.ada)) == ["Anna Novak", "Rosa Winter"]


def test_every_wrong_field_is_named_at_once(guest: Actor) -> None:
    wrong = AskToJoin(
        first_name="<b>",
        last_name="",
        email="rosa@",
        birth_date="2090-01-01",
        sex_at_birth="x",
        phone="12",
        about="\u202etxt",
    )
    with pytest.raises(InvalidInput) as refused:
        ask_to_join(guest, wrong)
    assert {problem.field for problem in refused.value.problems} == {
        "first_name", "last_name", "email", "birth_date", "sex_at_birth", "phone", "about", "agreed",
    }  # fmt: skip


def test_only_a_therapist_who_takes_clients_can_be_asked_for(cast: Cast, guest: Actor) -> None:
    offered = dict(open_sign_up_page(guest, OpenSignUpPage()).therapists)
    assert cast.lin.member_id in offered
    assert cast.bea.member_id not in offered
    with pytest.raises(InvalidInput):
        ask_to_join(guest, replace(ROSA, therapist_id=cast.bea.member_id))
    with pytest.raises(InvalidInput):
        ask_to_join(guest, replace(ROSA, therapist_id=cast.fran.member_id))


def test_a_closed_page_and_no_practice_look_alike(cast: Cast, guest: Actor) -> None:
    change_sign_up_page(cast.olu.actor, replace(PAGE, version=1, is_open=False))
    for slug in ("alder-creek", "birch-house", "nowhere"):
        with pytest.raises(NotFound):
            guest_at(slug)
    with pytest.raises(NotFound):
        ask_to_join(guest, ROSA)


def test_one_place_cannot_flood_a_practice(guest: Actor) -> None:
    for _ in range(FROM_ONE_PLACE.burst):
        count_request(guest, "203.0.113.7")
    with pytest.raises(SlowDown):
        count_request(guest, "203.0.113.7")
    count_request(guest, "203.0.113.8")


# --- answering ----------------------------------------------------------------------------------------------------


@pytest.mark.requirement("U14")
def test_accepting_makes_a_client_with_therapist_and_tags(cast: Cast, guest: Actor) -> None:
    ask_to_join(guest, ROSA)
    request_id = only_request(cast).id
    (client_id,) = accept_requests(
        cast.ada.actor,
        AcceptRequests(request_ids=(request_id,), therapist_id=cast.lin.member_id, tags=("Sleep",)),
    )
    with entered(cast.alder.practice_id):
        made = Client.objects.get(pk=client_id)
        assert (made.first_name, made.last_name, made.email, made.status) == (
            "Rosa", "Winter", "rosa@mail.example", "active",
        )  # fmt: skip
        assert Assignment.objects.get(client=made).member_id == cast.lin.member_id
        assert ClientTag.objects.get(client=made).tag.name == "Sleep"
    assert waiting(cast.ada) == []
    written = answer_to(cast)
    assert written is not None
    assert written.to == "rosa@mail.example"
    assert acts(cast.alder.practice_id)[-3:] == [
        "client.created", "client.assigned", "sign_up_request.accepted",
    ]  # fmt: skip


def test_a_likely_duplicate_is_shown_before_anybody_is_accepted(cast: Cast, guest: Actor) -> None:
    ask_to_join(
        guest,
        replace(ROSA, first_name="Anna", last_name="Novak", email=cast.anna.email, birth_date="1990-04-12"),
    )
    data = AcceptRequests(request_ids=(only_request(cast).id,))
    with pytest.raises(LikelyDuplicates):
        accept_requests(cast.ada.actor, data)
    assert waiting(cast.ada) == ["Anna Novak"]
    accept_requests(cast.ada.actor, replace(data, accept_duplicates=True))
    assert waiting(cast.ada) == []


@pytest.mark.requirement("U15")
def test_rejecting_keeps_the_request_and_the_reason_and_mails_only_when_asked(
    cast: Cast, guest: Actor
) -> None:
    ask_to_join(guest, ROSA)
    reject_requests(
        cast.ada.actor, RejectRequests(request_ids=(only_request(cast).id,), reason="No free places.")
    )
    assert not OutgoingMail.objects.filter(kind="intake.answer").exists()
    (row,) = list_requests(cast.ada.actor, ListRequests(answered=True)).rows
    assert (row.state, row.reason, row.answered_by) == ("rejected", "No free places.", cast.ada.name)


def test_the_reason_is_never_mailed(cast: Cast, guest: Actor) -> None:
    ask_to_join(guest, ROSA)
    request_id = only_request(cast).id
    reject_requests(
        cast.ada.actor, RejectRequests(request_ids=(request_id,), reason="No free places.", tell=True)
    )
    written = answer_to(cast)
    assert written is not None
    assert "No free places" not in written.text


def test_an_answer_is_final_and_several_are_all_or_nothing(cast: Cast, guest: Actor) -> None:
    ask_to_join(guest, ROSA)
    first = only_request(cast).id
    reject_requests(cast.ada.actor, RejectRequests(request_ids=(first,)))
    ask_to_join(guest, replace(ROSA, first_name="Rolf"))
    second = list_requests(cast.ada.actor, ListRequests()).rows[0].id
    with pytest.raises(RequestAnswered):
        accept_requests(cast.ada.actor, AcceptRequests(request_ids=(first, second)))
    assert waiting(cast.ada) == ["Rolf Winter"]


def test_requests_of_another_practice_do_not_exist_and_therapists_read_none(cast: Cast, guest: Actor) -> None:
    ask_to_join(guest, ROSA)
    with pytest.raises(NotFound):
        accept_requests(cast.fran.actor, AcceptRequests(request_ids=(only_request(cast).id,)))
    for person in (cast.lin, cast.sana, cast.theo, cast.bea):
        with pytest.raises(NotAllowed):
            list_requests(person.actor, ListRequests())


def test_pages_of_requests_hold_each_once(cast: Cast, guest: Actor) -> None:
    for number in range(5):
        ask_to_join(guest, replace(ROSA, email=f"rosa{number}@mail.example"))
    seen, after = [], None
    while True:
        page = list_requests(cast.ada.actor, ListRequests(after=after, limit=2))
        assert page.total == 5
        seen += [row.email for row in page.rows]
        after = page.next
        if after is None:
            break
    assert sorted(seen) == [f"rosa{number}@mail.example" for number in range(5)]


def test_a_page_goes_on_after_a_request_that_was_answered_since(cast: Cast, guest: Actor) -> None:
    for number in range(4):
        ask_to_join(guest, replace(ROSA, email=f"rosa{number}@mail.example"))
    page = list_requests(cast.ada.actor, ListRequests(limit=2))
    reject_requests(cast.ada.actor, RejectRequests(request_ids=tuple(row.id for row in page.rows)))
    rest = list_requests(cast.ada.actor, ListRequests(after=page.next, limit=2))
    assert [row.email for row in rest.rows] == ["rosa1@mail.example", "rosa0@mail.example"]
    assert rest.next is None


# --- the page itself ----------------------------------------------------------------------------------------------


def test_two_who_change_the_page_at_once_do_not_overwrite_each_other(cast: Cast, guest: Actor) -> None:
    change_sign_up_page(cast.ada.actor, replace(PAGE, version=1, welcome="Ada's words."))
    with pytest.raises(StaleVersion):
        change_sign_up_page(cast.olu.actor, replace(PAGE, version=1, welcome="Olu's words."))


def test_the_page_needs_words_to_agree_to(cast: Cast) -> None:
    with pytest.raises(InvalidInput):
        change_sign_up_page(cast.olu.actor, replace(PAGE, consent="  "))
