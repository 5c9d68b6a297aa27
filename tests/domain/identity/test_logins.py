"""What can happen to a login: made once per address, renamed, given a new password, told of changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress

from kinfold.domain.identity import commands
from kinfold.domain.identity.emails import (
    NOTICES,
    notice_mail,
    notify,
    reset_mail,
    send_verification,
    verification_mail,
)
from kinfold.domain.identity.errors import LoginExists
from kinfold.domain.identity.models import Login, Notice
from kinfold.domain.identity.queries import find_login, has_second_factor, open_login
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.emails import NotAnEmailAddress
from kinfold.domain.kernel.errors import InvalidInput
from kinfold.domain.messages.models import OutgoingMail
from tests.domain.identity.test_limits import in_processes
from tests.personas import PASSWORD, Cast

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
NEW_PASSWORD = "nine brass kettles hum softly"


@pytest.mark.django_db
def test_a_login_is_made_once_for_each_address_however_it_is_written() -> None:
    made = commands.create_login("Ana.Silva@Example.ORG", "Ana  Silva", PASSWORD)
    card = open_login(made)
    assert card is not None
    assert (card.email, card.full_name, card.is_verified) == ("ana.silva@example.org", "Ana Silva", True)
    for written in ("ana.silva@example.org", " ANA.SILVA@example.org "):
        assert find_login(written) == made
        with pytest.raises(LoginExists):
            commands.create_login(written, "Somebody Else", PASSWORD)
    assert Login.objects.count() == EmailAddress.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "lookalike", ["\u0430na@example.org", "an\u0430@example.org", "ana@ex\u0430mple.org"]
)
def test_an_address_that_only_looks_like_another_gets_no_login(lookalike: str) -> None:
    commands.create_login("ana@example.org", "Ana Silva", PASSWORD)
    with pytest.raises(NotAnEmailAddress):
        commands.create_login(lookalike, "Ana Silva", PASSWORD)
    assert find_login(lookalike) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "password", "field"),
    [
        ("Ana <b>Silva</b>", PASSWORD, "full_name"),
        ("Ana \u202eavliS", PASSWORD, "full_name"),
        ("A" * 300, PASSWORD, "full_name"),
        ("Ana Silva", "short", "password"),
        ("Ana Silva", "Ana.Silva@Example.org", "password"),
    ],
)
def test_a_login_with_an_odd_name_or_an_easy_password_is_refused_with_a_sentence(
    name: str, password: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        commands.create_login("ana.silva@example.org", name, password)
    (problem,) = refused.value.problems
    assert problem.field == field
    assert problem.message.endswith(".")
    assert Login.objects.count() == 0


@pytest.mark.django_db
def test_a_password_must_not_consist_of_the_practices_name() -> None:
    with pytest.raises(InvalidInput):
        commands.create_login(
            "ana@example.org", "Ana Silva", "aldercreek-therapy1", about=["Alder Creek Therapy"]
        )


@pytest.mark.django_db
def test_a_login_without_a_password_waits_for_a_reset_link() -> None:
    made = commands.create_login("ana@example.org", "Ana Silva", None)
    login = Login.objects.get(id=made)
    assert not login.has_usable_password()
    assert not login.check_password("")


@pytest.mark.django_db
def test_the_database_holds_the_letter_case_of_addresses() -> None:
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        Login.objects.create(email="Ana@example.org", full_name="Ana")


@pytest.mark.django_db(transaction=True)
def test_of_many_who_make_a_login_for_one_address_at_once_one_does() -> None:
    def make(_: int) -> None:
        commands.create_login("ana@example.org", "Ana Silva", PASSWORD)

    assert in_processes(10, make, refusal=LoginExists) == 1
    assert Login.objects.count() == EmailAddress.objects.count() == 1


def test_a_new_password_ends_other_sessions_and_is_told(cast: Cast) -> None:
    commands.set_password(cast.nora.login_id, NEW_PASSWORD)
    assert Login.objects.get(id=cast.nora.login_id).check_password(NEW_PASSWORD)
    assert [notice.what for notice in Notice.objects.all()] == ["password_changed"]
    with pytest.raises(InvalidInput):
        commands.set_password(cast.nora.login_id, "short")
    assert Notice.objects.count() == 1


def test_a_login_is_renamed_everywhere_at_once(cast: Cast) -> None:
    commands.rename_login(cast.nora.login_id, " Nora  Berg-Lund ")
    card = open_login(cast.nora.login_id)
    assert card is not None
    assert card.full_name == "Nora Berg-Lund"
    with pytest.raises(InvalidInput):
        commands.rename_login(cast.nora.login_id, "Nora {{ 7 * 7 }}")


def test_each_change_has_its_sentence_and_names_no_practice(cast: Cast) -> None:
    for what, sentence in NOTICES.items():
        with clock.frozen_at(NOON):
            notify(cast.olu.login_id, what)
        mail = notice_mail(None, Notice.objects.get(what=what).id)
        assert mail is not None
        assert mail.to == cast.olu.email
        assert mail.subject == "Your login was changed"
        assert sentence in mail.text
        assert "March 3, 2026 at 12:00 UTC" in mail.text
        assert cast.alder.name not in mail.subject + mail.text


def test_mails_with_links_name_no_practice_and_are_the_same_each_time(cast: Cast) -> None:
    commands.ask_for_reset(cast.olu.email)
    send_verification(cast.olu.login_id, "olu.new@example.org")
    for kind, render in (("identity.reset", reset_mail), ("identity.verify", verification_mail)):
        subject_id = OutgoingMail.objects.get(kind=kind).subject_id
        mail = render(None, subject_id)
        assert mail is not None
        assert render(None, subject_id) == mail
        assert mail.text.count("http://127.0.0.1:8000/account/") == 1
        assert cast.alder.name not in mail.subject + mail.text


def test_notices_are_forgotten_after_three_months(cast: Cast) -> None:
    with clock.frozen_at(NOON):
        notify(cast.olu.login_id, "password_changed")
    with clock.frozen_at(NOON + timedelta(days=91)):
        commands.forget_what_ended()
    assert Notice.objects.count() == 0


def test_nobody_has_a_second_factor_before_setting_one_up(cast: Cast) -> None:
    assert not has_second_factor(cast.olu.login_id)
    assert open_login(cast.olu.practice_id) is None
