"""Writing down licences, cover, NPI and degree: what is taken, what is refused, and that nothing is overwritten."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from kinfold.domain.credentials.commands.keeping import (
    RecordDegree,
    RecordNpi,
    RemoveCredential,
    ReplaceCredential,
    record_degree,
    record_npi,
    remove_credential,
    replace_credential,
)
from kinfold.domain.credentials.degrees import degrees_of, held_on
from kinfold.domain.credentials.errors import CredentialKnown, CredentialReplaced, NpiOfAnother
from kinfold.domain.credentials.models import Degree
from kinfold.domain.credentials.queries.records import GetOwnCredentials, get_own_credentials
from kinfold.domain.credentials.queries.team import ListTitles, list_titles
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from kinfold.domain.kernel.tenancy import entered
from tests.domain.credentials.steps import cover, in_days, licence, record, today
from tests.domain.team.steps import acts
from tests.personas import Cast, Person

NPI = "1234567893"


def problems(refused: pytest.ExceptionInfo[InvalidInput]) -> dict[str, str]:
    return {problem.field: problem.message for problem in refused.value.problems}


def test_a_licence_is_written_down_as_such_things_are_usually_written(cast: Cast) -> None:
    licence(cast, cast.lin, title=" lcsw ", region="ca", number=" 108 842 ", issued_on="2019-09-01")
    (row,) = record(cast, cast.lin).licences
    assert (row.title, row.region, row.number, row.issued_on) == (
        "LCSW",
        "California",
        "108 842",
        date(2019, 9, 1),
    )
    assert acts(cast.alder.practice_id, subject=cast.lin.member_id) == ["credential.added"]


def test_other_types_and_countries_are_kept_as_typed_and_a_licence_may_never_expire(cast: Cast) -> None:
    licence(cast, cast.lin, title="Approbation", region="Germany", expires_on="")
    (row,) = record(cast, cast.lin).licences
    assert (row.title, row.region, row.expires_on, row.state) == ("Approbation", "Germany", None, "holds")


def test_everybody_has_any_number_and_the_letters_of_those_that_hold_stand_behind_the_name(
    cast: Cast,
) -> None:
    licence(cast, cast.lin, title="LCSW", region="CA")
    licence(cast, cast.lin, title="LCSW", region="NV")
    licence(cast, cast.lin, title="LP")
    licence(cast, cast.lin, title="LMFT", expires_on=in_days(-1))
    ids = (cast.lin.member_id, cast.theo.member_id)
    assert list_titles(cast.theo.actor, ListTitles(member_ids=ids)) == {cast.lin.member_id: "LCSW, LP"}


def test_everything_that_is_wrong_is_said_at_once(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refused:
        licence(
            cast,
            cast.lin,
            title="",
            region="<b>",
            number="9" * 300,
            issued_on="soon",
            expires_on="1926-01-01",
        )
    assert problems(refused) == {
        "title": "Enter the type of license, such as LCSW.",
        "region": "Use only letters, digits and ordinary signs.",
        "number": "Use at most 40 characters.",
        "issued_on": "Enter a day, as YYYY-MM-DD.",
        "expires_on": "That is more than 20 years ago. Check the year.",
    }
    assert record(cast, cast.lin).licences == ()


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        (
            {"issued_on": "2026-05-01", "expires_on": "2026-05-01"},
            "expires_on",
            "The end lies before the beginning. Check both days.",
        ),
        ({"expires_on": "2206-05-01"}, "expires_on", "That is more than 50 years ahead. Check the year."),
        ({"issued_on": "0019-05-01"}, "issued_on", "That is more than 80 years ago. Check the year."),
        ({"issued_on": "2106-05-01"}, "issued_on", "That is more than a year ahead. Check the year."),
        ({"number": "12\u202e34"}, "number", "Use only letters, digits and ordinary signs."),
        ({"category": "driving"}, "category", "Choose license or malpractice coverage."),
    ],
)
def test_what_cannot_be_is_refused_with_one_sentence(
    cast: Cast, typed: dict[str, Any], field: str, sentence: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        licence(cast, cast.lin, **typed)
    assert problems(refused)[field] == sentence


def test_cover_has_an_insurer_a_policy_and_an_end(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refused:
        cover(cast, cast.lin, title="", number="", expires_on="")
    assert problems(refused) == {
        "title": "Enter the name of the insurer.",
        "number": "Enter the number of the policy.",
        "expires_on": "Enter the day on which the coverage ends.",
    }
    cover(cast, cast.lin)
    (row,) = record(cast, cast.lin).covers
    assert (row.title, row.number) == ("Harbor Mutual", "P-7")


def test_the_same_licence_is_not_on_record_twice(cast: Cast) -> None:
    licence(cast, cast.lin)
    with pytest.raises(CredentialKnown):
        licence(cast, cast.lin, region="California")
    licence(cast, cast.theo)


def test_a_renewal_takes_the_place_of_what_stood_there_and_that_stays_in_the_history(cast: Cast) -> None:
    first = licence(cast, cast.lin, expires_on=in_days(20))
    renewal = ReplaceCredential(
        credential_id=first, title="LCSW", region="CA", number="108842", expires_on=in_days(750)
    )
    second = replace_credential(cast.ada.actor, renewal)
    found = record(cast, cast.lin)
    assert [(row.id, row.expires_on) for row in found.licences] == [(second, today() + timedelta(days=750))]
    assert [(row.id, row.expires_on) for row in found.earlier] == [(first, today() + timedelta(days=20))]
    assert acts(cast.alder.practice_id, subject=cast.lin.member_id) == [
        "credential.added",
        "credential.replaced",
    ]
    with pytest.raises(CredentialReplaced):
        replace_credential(cast.olu.actor, renewal)
    with pytest.raises(CredentialReplaced):
        remove_credential(cast.olu.actor, RemoveCredential(credential_id=first))


def test_saving_a_licence_as_it_is_changes_nothing(cast: Cast) -> None:
    first = licence(cast, cast.lin, expires_on=in_days(20))
    same = ReplaceCredential(
        credential_id=first, title="lcsw", region="California", number="108842", expires_on=in_days(20)
    )
    assert replace_credential(cast.ada.actor, same) == first
    assert acts(cast.alder.practice_id, subject=cast.lin.member_id) == ["credential.added"]


def test_what_is_removed_stays_in_the_history(cast: Cast) -> None:
    first = licence(cast, cast.lin)
    remove_credential(cast.ada.actor, RemoveCredential(credential_id=first))
    found = record(cast, cast.lin)
    assert (found.licences, [row.id for row in found.earlier]) == ((), [first])


def npi(cast: Cast, person: Person, typed: str) -> None:
    found = record(cast, person).npi
    data = RecordNpi(member_id=person.member_id, npi=typed, seen=found.id if found else None)
    record_npi(cast.ada.actor, data)


def test_an_npi_is_kept_and_what_was_before_stays_in_the_history(cast: Cast) -> None:
    npi(cast, cast.lin, "123 456 7893")
    npi(cast, cast.lin, "1679576722")
    found = record(cast, cast.lin)
    assert found.npi is not None
    assert (found.npi.npi, [row.npi for row in found.earlier_npis]) == ("1679576722", [NPI])
    npi(cast, cast.lin, "")
    assert record(cast, cast.lin).npi is None


@pytest.mark.parametrize("typed", ["1234567890", "1234567983", "3234567899", "0234567891"])
def test_an_npi_with_a_wrong_digit_is_refused(cast: Cast, typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        npi(cast, cast.lin, typed)
    assert problems(refused) == {"npi": "A digit of this NPI is wrong. Compare it with the original."}


@pytest.mark.parametrize("typed", ["123456789", "12345678931", "123456789x", "١٢٣٤٥٦٧٨٩٣"])
def test_what_does_not_have_ten_digits_is_no_npi(cast: Cast, typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        npi(cast, cast.lin, typed)
    assert problems(refused) == {"npi": "An NPI has 10 digits. Type it again."}


def test_two_people_cannot_have_one_npi_and_the_second_editor_is_told(cast: Cast) -> None:
    npi(cast, cast.lin, NPI)
    with pytest.raises(NpiOfAnother):
        npi(cast, cast.theo, NPI)
    with pytest.raises(StaleVersion):
        record_npi(cast.olu.actor, RecordNpi(member_id=cast.lin.member_id, npi="1679576722"))


def degree(cast: Cast, person: Person, level: str, held_from: str = "") -> None:
    seen = record(cast, person).degree_seen
    record_degree(
        cast.ada.actor,
        RecordDegree(member_id=person.member_id, degree=level, held_from=held_from, seen=seen),
    )


def test_the_degree_of_a_day_is_the_latest_that_had_begun(cast: Cast) -> None:
    def on(day: str) -> Degree | None:
        with entered(cast.alder.practice_id):
            known = degrees_of([cast.lin.member_id]).get(cast.lin.member_id, [])
            held = held_on(known, date.fromisoformat(day))
            return held.degree if held else None

    assert on("2020-01-01") is None
    degree(cast, cast.lin, "bachelors")
    degree(cast, cast.lin, "masters", "2020-05-02")
    assert (on("2020-05-01"), on("2020-05-02")) == (Degree.BACHELORS, Degree.MASTERS)
    degree(cast, cast.lin, "doctoral", "2020-03-01")  # a correction: it was neither before nor so late
    assert (on("2020-02-28"), on("2020-05-02")) == (Degree.BACHELORS, Degree.DOCTORAL)
    found = record(cast, cast.lin)
    assert [row.degree for row in found.degrees] == ["doctoral", "bachelors"]
    assert [row.degree for row in found.earlier_degrees] == ["masters"]


def test_a_degree_to_come_or_unknown_is_refused_and_the_second_editor_is_told(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refused:
        degree(cast, cast.lin, "masters", in_days(1))
    assert problems(refused) == {"held_from": "Choose today or an earlier day."}
    with pytest.raises(InvalidInput) as refused:
        degree(cast, cast.lin, "masters", "0026-01-01")
    assert problems(refused) == {"held_from": "That is more than 80 years ago. Check the year."}
    with pytest.raises(InvalidInput):
        degree(cast, cast.lin, "emeritus")
    degree(cast, cast.lin, "masters")
    with pytest.raises(StaleVersion):
        record_degree(cast.olu.actor, RecordDegree(member_id=cast.lin.member_id, degree="doctoral"))


def test_everybody_reads_their_own_and_only_who_keeps_licences_writes(cast: Cast) -> None:
    licence(cast, cast.theo)
    own = get_own_credentials(cast.theo.actor, GetOwnCredentials())
    assert [row.number for row in own.licences] == ["108842"]
    for person in (cast.theo, cast.sana, cast.bea):
        with pytest.raises(NotAllowed):
            licence(cast, cast.lin, by=person)
        with pytest.raises(NotAllowed):
            record_npi(person.actor, RecordNpi(member_id=cast.lin.member_id, npi=NPI))


def test_another_practices_people_and_credentials_are_absent(cast: Cast) -> None:
    first = licence(cast, cast.lin)
    for credential_id in (first, uuid4()):
        with pytest.raises(NotFound):
            remove_credential(cast.fran.actor, RemoveCredential(credential_id=credential_id))
    with pytest.raises(NotFound):
        licence(cast, cast.lin, by=cast.fran)
    with pytest.raises(NotFound):
        record_degree(cast.fran.actor, RecordDegree(member_id=cast.lin.member_id, degree="masters"))


def test_what_was_on_record_is_told_with_when_it_was(cast: Cast) -> None:
    moment = clock.now()
    with clock.frozen_at(moment):
        first = licence(cast, cast.lin)
    with clock.frozen_at(moment + timedelta(days=3)):
        remove_credential(cast.ada.actor, RemoveCredential(credential_id=first))
    (row,) = record(cast, cast.lin).earlier
    assert (row.since, row.until, row.made_by) == (moment, moment + timedelta(days=3), "Ada Brandt")
