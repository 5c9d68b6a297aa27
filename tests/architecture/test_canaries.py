"""Nothing leaks sideways: every field of every record holds a word that exists nowhere else (RELIABILITY 1.2).

Everybody then asks for everything, and no answer, header, mail, log, session, queue or trail may hold a word that this
person must not see. Who may see what stands in canaries.py, by hand.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, models

from kinfold.domain.access.models import Role
from kinfold.domain.audit.models import AuditDetail, AuditEntry
from kinfold.domain.clients.models import Client, ClientIdentifier, ClientLogin, ClientProfile, SavedView
from kinfold.domain.credentials.models import Credential, LicenceException, NpiPeriod
from kinfold.domain.imports.models import Import
from kinfold.domain.intake.models import ClientInvitation
from kinfold.domain.kernel.tasks import run_pending
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.own.models import ProfileWish
from kinfold.domain.practices.models import Practice
from kinfold.domain.team.models import AdminRequest, ApiToken, Member
from tests.architecture import resolver
from tests.architecture.canaries import (
    ALDER,
    EVERYBODY,
    SEES,
    Canaries,
    plant_in_client,
    plant_in_member,
    plant_in_practice,
)
from tests.architecture.playing import request
from tests.architecture.routes import ROWS, Open
from tests.architecture.stage import ANONYMOUS, Caller, Stage, undone


@dataclass(slots=True)
class Planted:
    """The stage with its canaries, and those who will ask."""

    stage: Stage
    canaries: Canaries
    callers: dict[str, Caller]


@pytest.fixture(scope="module")
def planted(stage: Stage) -> Iterator[Planted]:
    """A canary in every field that people fill in."""
    cast, canaries = stage.cast, Canaries()
    callers = {name: somebody(stage, name) for name in EVERYBODY}
    with undone():
        for client, name in ((getattr(cast, name), name) for name in SEES):
            plant_in_client(stage, canaries, client, name)
        for person, name in ((getattr(cast, name), name) for name in (*sorted(ALDER), "fran")):
            plant_in_member(canaries, person, name)
        for practice_id, team, owner in (
            (cast.alder.practice_id, ALDER, cast.olu),
            (cast.birch.practice_id, {"fran"}, cast.fran),
        ):
            plant_in_practice(canaries, practice_id, team, owner)
        run_pending()
        yield Planted(stage, canaries, callers)


def somebody(stage: Stage, name: str) -> Caller:
    """One of those who ask."""
    if name == "acting":
        return stage.acting()
    return ANONYMOUS if name == "anonymous" else stage.signed_in(getattr(stage.cast, name))


def everything_said(response: object) -> str:
    """All of an answer: line, headers, cookies, body."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())  # type: ignore[attr-defined]
    cookies = response.cookies.output()  # type: ignore[attr-defined]
    return "\n".join((headers, cookies, response.content.decode(errors="replace")))  # type: ignore[attr-defined]


@pytest.mark.parametrize("who", EVERYBODY)
def test_nobody_meets_what_they_must_not_see(
    planted: Planted, who: str, caplog: pytest.LogCaptureFixture
) -> None:
    stage, caller = planted.stage, planted.callers[who]
    hidden = planted.canaries.hidden_from(who)
    met: list[tuple[str, set[str]]] = []
    caplog.set_level(logging.INFO)
    # Whoever holds a link may read what it offers, so everybody has the one of their own practice.
    held = stage.foreign if who == "fran" else stage.things
    links = {name: held[name] for name in ("invitation_link", "client_link", "sign_up_slug")}
    own = {**stage.things_for(caller), **links}
    foreign = {**stage.foreign, **links}
    for row in ROWS:
        names_something = resolver.addresses()[row.route].parts or "{" in repr(row.body)
        for things in (own, {**own, **foreign}) if names_something else (own,):
            answer = everything_said(request(stage, caller, row, things))
            met += [(str(row), found)] if (found := planted.canaries.within(answer, hidden)) else []
    for url in lists(planted):
        with undone():
            answer = everything_said(stage.ask(caller, "GET", url))
        met += [(url, found)] if (found := planted.canaries.within(answer, hidden)) else []
    assert met == []
    assert planted.canaries.within(caplog.text, planted.canaries.known) == set(), "in the log"


def lists(planted: Planted) -> list[str]:
    """Other ways to look at lists and objects than the matrix's."""
    cast = planted.stage.cast
    clients = [getattr(cast, name).id for name in SEES]
    members = [getattr(cast, name).member_id for name in (*sorted(ALDER), "fran")]
    return [
        *(f"/clients/{client}/" for client in clients),
        *(f"/clients/{client}/?check={members[0]}&at=2026-01-01" for client in clients),
        *(
            f"/api/v1/clients/{client}{more}"
            for client in clients
            for more in ("", "/access", "/assignments", "/risk")
        ),
        *(f"/sessions/?client={client}" for client in clients),
        *(f"/sessions/?show={show}" for show in ("past", "to_finish", "to_cosign")),
        *(
            f"/api/v1/members/{member}{more}"
            for member in members
            for more in ("", "/access", "/credentials")
        ),
        *(f"/manage/team/{member}/{more}" for member in members for more in ("", "credentials/")),
        *(f"/activity/of/{thing}/" for thing in (*clients, *members)),
        *(f"/manage/team/?show={show}" for show in ("pending", "archived")),
        *(f"/manage/clients/?therapist={member}" for member in members),
        *(f"/clients/?therapist={member}" for member in members),
        *(f"/clients/?after={client}" for client in clients),
        "/clients/?show=archived",
        "/manage/clients/?show=pending",
        "/api/v1/sign-up-requests?answered=true",
    ]


@pytest.mark.parametrize("who", sorted(ALDER | {"fran"}))
def test_searching_finds_nobody_by_what_one_must_not_see(planted: Planted, who: str) -> None:
    """Also not by a client's address, for those who see names only: whether it is known would be told."""
    stage, caller = planted.stage, planted.callers[who]
    of_clients = [
        word for word, what in planted.canaries.hidden_from(who).items() if what.split("'")[0] in SEES
    ]
    assert of_clients
    for word in of_clients:
        for url, body in (
            ("/clients/search/", {"q": word[:-2]}),
            ("/api/v1/clients/search", {"q": word[:-2]}),
        ):
            with undone():
                answer = stage.ask(caller, "POST", url, body)
            assert (
                planted.canaries.within(everything_said(answer), planted.canaries.hidden_from(who)) == set()
            )
            if url.startswith("/api"):
                assert answer.json()["total"] == 0, planted.canaries.known[word]  # type: ignore[attr-defined]


def test_mail_holds_what_its_reader_may_know_and_nothing_of_clients(planted: Planted) -> None:
    run_pending()
    folder = Path(settings.MAIL_FOLDER)
    texts = [path.read_text(errors="replace") for path in sorted(folder.rglob("*")) if path.is_file()]
    invited = {"invited", "how", "practice", "role", "first", "last"}
    wrong = {
        what
        for text in texts
        for what in planted.canaries.within(text, planted.canaries.known)
        if what.split("'")[0] in SEES or not invited & set(what.replace("'s", " ").split())
    }
    assert wrong == set()


def test_what_is_kept_beside_the_records_holds_ids_and_no_words(planted: Planted) -> None:
    """The trail, the queue, outgoing mail and sessions: RELIABILITY 1.12, 3."""
    beside = {AuditEntry._meta.db_table, AuditDetail._meta.db_table} | {
        table
        for table in connection.introspection.table_names()
        if table.startswith(("kernel_", "outgoing_", "identity_loginsession", "access_replay"))
    }
    assert len(beside) >= 6
    for table in sorted(beside):
        with entered(planted.stage.cast.alder.practice_id), connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found = planted.canaries.within(repr(cursor.fetchall()), planted.canaries.known)
        assert found == set(), table


def test_there_is_a_canary_in_every_field_that_people_fill_in(planted: Planted) -> None:
    """A new field of text must be planted too, or be known to hold none of people's words."""
    with entered(planted.stage.cast.alder.practice_id):
        bare = set()
        for model in (
            Client,
            Member,
            Practice,
            Role,
            Import,
            ApiToken,
            Credential,
            NpiPeriod,
            LicenceException,
            AdminRequest,
            ClientLogin,
            ProfileWish,
            ClientInvitation,
            ClientProfile,
            ClientIdentifier,
            SavedView,
        ):
            rows = repr(list(model.objects.values()))
            for each in model._meta.concrete_fields:
                if isinstance(each, (models.CharField, models.TextField)) and not each.choices:
                    values = repr(list(model.objects.values_list(each.name)))
                    if not planted.canaries.within(values, planted.canaries.known):
                        bare.add(f"{model.__name__}.{each.name}")
            assert rows
    not_words = {
        "ApiToken.digest",
        "ApiToken.hint",
        "ClientInvitation.nonce",
        "ClientInvitation.token_digest",
        "Import.date_order",
        "Import.delimiter",
        "Import.digest",
        "Import.encoding",
        "Import.short_years",
        "ClientProfile.country",
        "Practice.country",
        "ProfileWish.answer",
        "Practice.slug",
        "Practice.time_zone",
        "Role.key",
        "Role.modifier",
        "Role.starting_point",
        "Member.sort_key",
    }
    assert bare == not_words


def test_every_canary_is_met_by_somebody(planted: Planted) -> None:
    """Or it would prove nothing that nobody else meets it."""
    met: set[str] = set()
    for who in ("olu", "fran", "lin"):
        caller, words = planted.callers[who], planted.canaries.known
        for row in ROWS:
            if row.method == "GET" and not isinstance(row.needs, Open):
                things = planted.stage.things_for(caller) | (planted.stage.foreign if who == "fran" else {})
                answer = everything_said(request(planted.stage, caller, row, things))
                met |= planted.canaries.within(answer, words)
        for url in lists(planted):
            with undone():
                met |= planted.canaries.within(everything_said(planted.stage.ask(caller, "GET", url)), words)
    never = set(planted.canaries.known.values()) - met
    assert never == {
        "a key",
        *(f"how {whose} invited{whom}" for whose in ("Olu", "Fran") for whom in ("", " a client")),
        *(f"a tag of whom {whose} invited" for whose in ("Olu", "Fran")),
        *(f"{whose}'s {which} name when asked" for whose in ("uma", "finn") for which in ("first", "last")),
    }
