"""The visits that together show every page.

Each row of the matrix as everybody whom it answers differently, with its sample and with an empty form; lists in all
their views; and stories, for pages that need a state of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.http import HttpResponse
from django.test import Client as Browser

from kinfold.domain.clients.models import Client, ClientLogin
from kinfold.domain.identity.models import Login
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import Practice
from kinfold.entrypoints.web.help_areas import AREAS
from tests.architecture import resolver
from tests.architecture.playing import request
from tests.architecture.routes import ROWS, Open
from tests.architecture.stage import ANONYMOUS, Caller, Stage, undone
from tests.personas import PASSWORD

BY_SCRIPT = {"HX-Request": "true"}
# Lists in their views and orders; an object's page asked in another way.
VIEWS = (
    *(
        f"/manage/clients/?{asked}"
        for asked in (
            "show=pending",
            "show=archived",
            "sort=-updated",
            "therapist=none",
            "all=yes",
            "changed=2026-01-02&registration=none",
            "added=yesterday",
            "sort=therapist",
        )
    ),
    "/clients/print/?show=pending",
    *(f"/manage/team/?{asked}" for asked in ("show=pending", "show=archived", "sort=-joined")),
    "/manage/team/?role={harmless_role}",
    "/manage/team/?status=active&supervisor=missing&licence=expired&sort=-seen",
    "/manage/team/{member_id}/archive/",
    "/profile/",
    "/clients/{client_id}/?check={member_id}",
    "/clients/{client_id}/?at=2020-01-01",
    "/clients/{client_id}/?at=tomorrow",
    *(f"/clients/{{client_id}}/edit/?group={group}" for group in ("contact", "record")),
    *(f"/sessions/?show={show}" for show in ("past", "to_finish", "to_cosign")),
    "/sessions/?client={client_id}",
    "/sessions/new/?client={client_id}",
    "/imports/{checked_import}/check/?view=ready",
    "/clients/changes/{prepared_change}/",
    "/clients/changes/{running_change}/",
    "/clients/changes/{waiting_deletion}/",
    "/clients/changes/{done_deletion}/",
    "/clients/{planned_client}/",
    "/clients/{held_client}/",
    "/clients/{merged_client}/",
    "/activity/?before=3",
    "/account/credentials/",
    "/supervision/?show=missing",
    "/supervision/?supervisor={supervisor}",
    "/supervision/start/?member={member_id}&back=member",
    *(f"/help/{area.slug}/" for area in AREAS),
    "/nowhere/",
)


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer, and who got it for what."""

    what: str
    who: str
    response: HttpResponse
    by_script: bool = False

    def __str__(self) -> str:
        return f"{self.what} as {self.who}"

    @property
    def is_page(self) -> bool:
        """Whether it is HTML and whole."""
        kind = self.response.headers.get("Content-Type", "")
        return kind.startswith("text/html") and bool(self.response.content) and not self.by_script


def visits(stage: Stage) -> Iterator[Seen]:
    """Everything that can be seen in a browser, and a little that scripts fetch."""
    for row in ROWS:
        if resolver.addresses()[row.route].is_api:
            continue
        names = ("anonymous", "Nora") if isinstance(row.needs, Open) else ("Olu", "Theo")
        for name in ("acting",) if row.needs is Open.OWN else names:
            who, script = somebody(stage, name), "HX-Request" in row.headers
            yield Seen(str(row), name, request(stage, who, row), script)
            if row.body:
                with undone():
                    url = resolver.addresses()[row.route].at(stage.things_for(who), row.at)
                    yield Seen(f"{row}, empty,", name, stage.ask(who, "POST", url, {}), script)
            if not script and name == "Olu":
                yield Seen(
                    f"{row} by script", name, request(stage, who, row, headers=BY_SCRIPT), by_script=True
                )
    for url in VIEWS:
        for name in ("Olu", "Theo"):
            who = somebody(stage, name)
            with undone():
                yield Seen(url, name, stage.ask(who, "GET", url.format_map(stage.things_for(who))))
    for story in STORIES:
        with undone():
            for what, response in story(stage):
                yield Seen(f"{story.__name__}: {what}", "Nora", response)


def somebody(stage: Stage, name: str) -> Caller:
    """One of the kinds of people who visit."""
    if name == "anonymous":
        return ANONYMOUS
    if name == "acting":
        return stage.acting()
    return stage.signed_in(getattr(stage.cast, name.lower()))


Story = Callable[[Stage], Iterator[tuple[str, HttpResponse]]]


def a_second_factor(stage: Stage) -> Iterator[tuple[str, HttpResponse]]:
    """Nora has an authenticator app and recovery codes."""
    login = Login.objects.get(pk=stage.cast.nora.login_id)
    TOTP.activate(login, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(login)
    halfway = Browser()
    halfway.post("/account/sign-in/", {"login": login.email, "password": PASSWORD})
    yield "code", halfway.get("/account/security/code/")  # type: ignore[misc]
    yield "wrong code", halfway.post("/account/security/code/", {"code": "000000"})  # type: ignore[misc]
    nora = stage.signed_in(stage.cast.nora)
    for url in ("confirm/", "app/remove/", "recovery-codes/", "passkeys/", ""):
        yield url, stage.ask(nora, "GET", f"/account/security/{url}")


def no_password(stage: Stage) -> Iterator[tuple[str, HttpResponse]]:
    """Nora signs in with a passkey only."""
    login = Login.objects.get(pk=stage.cast.nora.login_id)
    login.set_unusable_password()
    login.save()
    nora = stage.sign_in("Nora", login.pk)
    yield "set", stage.ask(nora, "GET", "/account/password/set/")


def a_reset_link(stage: Stage) -> Iterator[tuple[str, HttpResponse]]:
    """Somebody follows a link to choose a new password."""
    browser = Browser()
    link = f"/account/password/reset/link/{stage.things['reset_key']}/"
    yield "choose", browser.get(link, follow=True)  # type: ignore[misc]
    yield "choose badly", browser.post(link.replace(str(stage.things["reset_key"]), "choose"), {})  # type: ignore[misc]


def somebody_who_left(stage: Stage) -> Iterator[tuple[str, HttpResponse]]:
    """What is left for Theo to see, who was archived."""
    theo = stage.sign_in("Theo", stage.cast.theo.login_id, stage.cast.theo.member_id)
    stage.set_status(theo, "archived")
    yield "profile", stage.ask(theo, "GET", "/profile/")
    yield "activity", stage.ask(theo, "GET", "/activity/")


def a_demo(stage: Stage) -> Iterator[tuple[str, HttpResponse]]:
    """The mail of a practice that shows invented people."""
    Practice.objects.filter(pk=stage.cast.alder.practice_id).update(demo=True)
    olu = stage.signed_in(stage.cast.olu)
    page = stage.ask(olu, "GET", "/demo/mail/")
    yield "list", page
    yield "no such mail", stage.ask(olu, "GET", "/demo/mail/?message=1")
    yield "sign in", stage.ask(ANONYMOUS, "GET", "/account/sign-in/")


def registering(stage: Stage) -> Iterator[tuple[str, HttpResponse]]:
    """Vera was added by somebody and registers with a code, which Olu looks at as well."""
    browser = Browser()
    code, email = str(stage.things["registration_code"]), str(stage.things["harmless_email"])
    yield "prefilled", browser.get(f"/register/{code}/", follow=True)  # type: ignore[misc]
    proof = {"code": code, "last_name": "Stone", "email": email}
    yield "wrong", browser.post("/register/", {**proof, "last_name": "Stein"})  # type: ignore[misc]
    yield "finish", browser.post("/register/", proof, follow=True)  # type: ignore[misc]
    yield "finish badly", browser.post("/register/finish/", {"password": "short"})  # type: ignore[misc]
    nora = Browser()
    nora.force_login(Login.objects.get(pk=stage.cast.nora.login_id))
    yield "as somebody else", nora.post("/register/", proof, follow=True)  # type: ignore[misc]
    olu = stage.signed_in(stage.cast.olu)
    chosen = {"do": "view", "member": [stage.things["harmless_member"]]}
    yield "codes", stage.ask(olu, "POST", "/manage/team/codes/", chosen)


def registering_as_a_client(stage: Stage) -> Iterator[tuple[str, HttpResponse]]:
    """Ben registers with a code; whoever acts for Uma uses it too, and then has two pages to choose from."""
    code = str(stage.things["client_code"])
    proof = {"code": code, "birth_month": "11", "birth_day": "3", "birth_year": "1984"}
    browser = Browser()
    yield "prefilled", browser.get(f"/register/{code}/", follow=True)  # type: ignore[misc]
    yield "wrong", browser.post("/register/", {**proof, "birth_year": "1985"})  # type: ignore[misc]
    yield "no day", browser.post("/register/", {**proof, "birth_day": "x"})  # type: ignore[misc]
    yield "finish", browser.post("/register/", proof, follow=True)  # type: ignore[misc]
    yield "finish badly", browser.post("/register/finish/", {"password": "short"})  # type: ignore[misc]
    yield "first password", browser.get("/register/first-password/")  # type: ignore[misc]
    yield "first password badly", browser.post("/register/first-password/", {"email": "x"})  # type: ignore[misc]
    fitting = {"email": "ben@mail.example", "password": "a first password"}
    yield "first password sent", browser.post("/register/first-password/", fitting)  # type: ignore[misc]
    guardian = Browser()
    assert stage.acting_login is not None
    guardian.force_login(Login.objects.get(pk=stage.acting_login))
    yield "signed in", guardian.post("/register/", proof, follow=True)  # type: ignore[misc]
    with entered(stage.cast.alder.practice_id, writing=True):
        ClientLogin.objects.create(
            client_id=stage.cast.anna.id,
            login_id=stage.acting_login,
            relationship="parent",
            full_name="Gerd",
            since=stage.cast.began,
            registered_at=stage.cast.began,
        )
    acting = stage.acting()
    yield "choose", stage.ask(acting, "GET", "/my/")
    for what, since in (("planned", clock.now() + timedelta(days=1)), ("again", stage.cast.began)):
        with entered(stage.cast.alder.practice_id, writing=True):
            ClientLogin.objects.filter(login_id=stage.acting_login).update(since=since)
        yield what, stage.ask(acting, "GET", "/my/")
    page = f"/my/{stage.things['own_client']}/"
    for edit in ("contact", "correction"):
        yield edit, stage.ask(acting, "GET", f"{page}?edit={edit}")


def an_invited_client(stage: Stage) -> Iterator[tuple[str, HttpResponse]]:
    """Ivo was invited, and tells who he is; Nora follows a link of hers with the login she has."""
    link = f"/invited/{stage.things['client_link']}/"
    browser = Browser()
    yield "link", browser.get(link, follow=True)  # type: ignore[misc]
    yield "empty", browser.post("/invited/", {})  # type: ignore[misc]
    nora = Browser()
    nora.force_login(Login.objects.get(pk=stage.cast.nora.login_id))
    yield "signed in", nora.get(link, follow=True)  # type: ignore[misc]
    yield "no such link", browser.get("/invited/nothing/", follow=True)  # type: ignore[misc]
    olu = stage.signed_in(stage.cast.olu)
    form = {"email": stage.cast.ben.email, "full_name": "", "message": "Hello"}
    yield "known", stage.ask(olu, "POST", "/manage/clients/invite/", form)
    yield "preview", stage.ask(olu, "POST", "/manage/clients/invite/", {**form, "do": "preview"})


def a_change_of_rights(stage: Stage) -> Iterator[tuple[str, HttpResponse]]:
    """What saving a role or exceptions would do, and what is refused."""
    cast, olu = stage.cast, stage.signed_in(stage.cast.olu)
    role = f"/settings/roles/{cast.alder.roles['intern']}/"
    person = f"/manage/team/{cast.theo.member_id}/permissions/"
    said = {"name": "Intern", "starting_point": "practitioner", "flag": "clinical", "o-clients:chart": "off"}
    yield "role", stage.ask(olu, "POST", role, {**said, "do": "save"})
    yield "role, badly named", stage.ask(olu, "POST", role, {**said, "name": "Owner", "do": "save"})
    yield "role, for Theo", stage.ask(olu, "POST", role, {**said, "as": str(cast.theo.member_id)})
    yield "exceptions", stage.ask(olu, "POST", person, {"o-clients:chart": "off", "do": "save"})
    instead = {"replacement": str(cast.alder.roles["associate"])}
    yield "deletion", stage.ask(olu, "POST", f"{role}delete/", instead)
    for key in ("owner", "administrator"):
        yield key, stage.ask(olu, "GET", f"/settings/roles/{cast.alder.roles[key]}/delete/")
    yield "owner's exceptions", stage.ask(olu, "GET", f"/manage/team/{cast.olu.member_id}/permissions/")


def two_editors(stage: Stage) -> Iterator[tuple[str, HttpResponse]]:
    """Olu saves a client while the same form is open elsewhere."""
    olu = stage.signed_in(stage.cast.olu)
    form = f"/clients/{stage.cast.anna.id}/edit/"
    with entered(stage.cast.alder.practice_id):
        version = str(Client.objects.values_list("version", flat=True).get(pk=stage.cast.anna.id))
    typed = {"version": version, "was_phone": "", "was_email": stage.cast.anna.email, "group": "contact"}
    stage.ask(olu, "POST", form, {**typed, "phone": "(503) 555-0142"})
    yield "both versions", stage.ask(olu, "POST", form, {**typed, "phone": "(503) 555-0143"})
    yield "undecided", stage.ask(olu, "POST", form, {**typed, "phone": "(503) 555-0143", "conflict": "phone"})
    yield "whole", stage.ask(olu, "POST", form, {**typed, "phone": "(503) 555-0143", "group": "all"})


STORIES: tuple[Story, ...] = (
    two_editors,
    a_second_factor,
    no_password,
    a_reset_link,
    somebody_who_left,
    a_demo,
    registering,
    registering_as_a_client,
    an_invited_client,
    a_change_of_rights,
)
