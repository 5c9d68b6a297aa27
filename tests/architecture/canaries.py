"""Words that exist nowhere else, planted in every field that people fill in, and who may meet each of them.

Who may see what stands here by hand.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from allauth.account.models import EmailAddress

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.models import Role
from kinfold.domain.care.commands.risk import SetRisk, set_risk
from kinfold.domain.care.models import Session
from kinfold.domain.clients.commands.assigning import AssignClient, assign_client
from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.models import Client, ClientLogin, SavedView
from kinfold.domain.clients.profile import FURTHER, Identifier, language, street, words
from kinfold.domain.clients.profile import name as name_of_person
from kinfold.domain.credentials.models import Credential, LicenceException, NpiPeriod
from kinfold.domain.identity.models import Login
from kinfold.domain.imports.models import Import
from kinfold.domain.intake.commands.inviting import ClientInvitee, InviteClients, invite_clients
from kinfold.domain.intake.models import SignUpRequest
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.own.models import ProfileWish
from kinfold.domain.practices.models import Practice
from kinfold.domain.team.commands.invitations import ResendInvitations, resend_invitations
from kinfold.domain.team.commands.inviting import Invitee, InvitePeople, invite_people
from kinfold.domain.team.models import AdminRequest, ApiToken, Member
from tests.architecture.stage import Stage
from tests.personas import CastClient, Person

ALDER = {"olu", "ada", "sana", "theo", "lin", "bea"}
ADMINISTRATORS = {"olu", "ada"}
# Who may see what, by hand: names on the roster, and the rest of a client's profile.
SEES = {
    "anna": {*ADMINISTRATORS, "theo", "sana"},
    "ben": {*ADMINISTRATORS, "lin"},
    "dora": {*ADMINISTRATORS, "lin"},
    "uma": ADMINISTRATORS,
    "finn": {"fran"},
}
NAMES_ONLY = {"bea"}
# To whom the whole record is open: a direct client's to their therapist alone (SPEC 8.1).
CHARTS = {"anna": SEES["anna"], "dora": {"lin"}}
EVERYBODY = (*sorted(ALDER), "fran", "nora", "acting", "anonymous")


@dataclass(slots=True)
class Canaries:
    """Words that exist once, what each stands for, and who may meet it."""

    random: random.Random = field(default_factory=lambda: random.Random(7))
    known: dict[str, str] = field(default_factory=dict)
    allowed: dict[str, set[str]] = field(default_factory=dict)

    def word(self, what: str, allowed: set[str]) -> str:
        """A new word of letters, as names are."""
        word = "Q" + "".join(self.random.choices(string.ascii_lowercase, k=11))
        self.known[word.lower()], self.allowed[word.lower()] = what, allowed
        return word

    def phone(self, what: str, allowed: set[str]) -> str:
        """A new phone number; what exists once is its extension, which is written as "x" or "ext."."""
        extension = "x" + "".join(self.random.choices(string.digits, k=7))
        self.known[extension], self.allowed[extension] = what, allowed
        return f"+1 503 555 0142 {extension}"

    def hidden_from(self, who: str) -> dict[str, str]:
        """What this person must not meet."""
        return {word: what for word, what in self.known.items() if who not in self.allowed[word]}

    def within(self, text: str, words: Mapping[str, str]) -> set[str]:
        """Which of these words a text holds. It is read once for each letter they begin with, not for each word."""
        lower = text.lower().replace("ext. ", "x")
        held = {
            lower[found.start() : found.start() + length]
            for first, length in {(word[0], len(word)) for word in words}
            for found in re.finditer(first, lower)
        }
        return {words[word] for word in held & words.keys()}


def plant_in_client(stage: Stage, canaries: Canaries, client: CastClient, name: str) -> None:
    """By the commands that people use, so that search words and sort keys follow."""
    cast = stage.cast
    owner = cast.fran.actor if name == "finn" else cast.olu.actor
    roster, profile = SEES[name] | (NAMES_ONLY if name != "finn" else set()), SEES[name]
    own = {"acting"} if name == "uma" else set()  # the client's own page
    with entered(client.practice_id):
        version = Client.objects.values_list("version", flat=True).get(pk=client.id)
    change_client(
        owner,
        ChangeClient(
            client_id=client.id,
            version=version,
            first_name=canaries.word(f"{name}'s first name", roster | own),
            last_name=canaries.word(f"{name}'s last name", roster | own),
            email=canaries.word(f"{name}'s e-mail", profile | own).lower() + "@mail.example",
            external_id=canaries.word(f"{name}'s external ID", profile),
            phone=canaries.phone(f"{name}'s phone", profile | own),
            tags=(canaries.word(f"{name}'s tag", profile),),
            identifiers=(
                Identifier(
                    canaries.word(f"{name}'s other system", profile),
                    canaries.word(f"{name}'s ID in it", profile),
                ),
            ),
            emergency_phone=canaries.phone(f"{name}'s emergency contact's phone", profile),
            guardian_phone=canaries.phone(f"{name}'s guardian's phone", profile),
            guardian_email=canaries.word(f"{name}'s guardian's e-mail", profile).lower() + "@mail.example",
            postal_code=canaries.word(f"{name}'s postal code", profile),
            **{
                field: canaries.word(f"{name}'s {field.replace('_', ' ')}", profile)
                for field, clean in FURTHER.items()
                if clean in {name_of_person, words, language, street}
            },
        ),
    )
    plant_in_registration(canaries, client, name, profile, own)
    if name in CHARTS:
        plant_in_record(canaries, client, name, owner)
    if name == "ben":
        reason = canaries.word("why Ben was assigned", profile)
        data = AssignClient(client_id=client.id, member_id=cast.lin.member_id, kind="direct", reason=reason)
        assign_client(owner, data)


def plant_in_registration(
    canaries: Canaries, client: CastClient, name: str, profile: set[str], own: set[str]
) -> None:
    """Who is to act for a client, and what is to be corrected: on their page, and on the client's own."""
    with entered(client.practice_id, writing=True):
        for guardian in ClientLogin.objects.filter(client_id=client.id).exclude(full_name=""):
            guardian.full_name = canaries.word(f"{name}'s acting guardian", profile | own)
            guardian.email = canaries.word(f"{name}'s guardian's login", profile).lower() + "@mail.example"
            guardian.save()
        for wish in ProfileWish.objects.filter(client_id=client.id):
            wish.first_name = canaries.word(f"{name}'s wanted first name", profile | own)
            wish.last_name = canaries.word(f"{name}'s wanted last name", profile | own)
            # Nobody is shown these: what stands there now is compared with them.
            wish.was_first_name = canaries.word(f"{name}'s first name when asked", set())
            wish.was_last_name = canaries.word(f"{name}'s last name when asked", set())
            wish.why = canaries.word(f"{name}'s reason", profile)
            wish.save()


def plant_in_record(canaries: Canaries, client: CastClient, name: str, owner: Actor) -> None:
    """What only those see to whom the whole record is open: why there is a risk, and sessions."""
    now = clock.now()
    why = canaries.word(f"{name}'s risk", CHARTS[name])
    set_risk(owner, SetRisk(client_id=client.id, level="high", reason=why))
    with entered(client.practice_id, writing=True):
        therapist_id = Client.objects.values_list("primary_id", flat=True).get(pk=client.id)
        Session.objects.create(
            client_id=client.id,
            member_id=therapist_id,
            starts_at=now,
            minutes=50,
            status="completed",
            # Who bills sees it too, of clients of the practice.
            service_code=canaries.word(
                f"{name}'s service code", CHARTS[name] | ({"bea"} if name == "anna" else set())
            ),
            created_at=now,
        )


def plant_in_member(canaries: Canaries, person: Person, name: str) -> None:
    """A member's name, which the team sees, and address, which those see who manage the team."""
    team = {"fran"} if name == "fran" else ALDER
    managing = team if name == "fran" else ADMINISTRATORS
    address = canaries.word(f"{name}'s address", managing | {name}).lower() + "@example.org"
    Login.objects.filter(pk=person.login_id).update(email=address)
    EmailAddress.objects.filter(user_id=person.login_id, primary=True).update(email=address)
    with entered(person.practice_id, writing=True):
        Member.objects.filter(pk=person.member_id).update(
            first_name=canaries.word(f"{name}'s first name", team | guests(name)),
            last_name=canaries.word(f"{name}'s last name", team | guests(name)),
            email=address,
        )
        plant_in_credentials(canaries, person, name, managing | {name}, team)


def plant_in_credentials(
    canaries: Canaries, person: Person, name: str, keeping: set[str], team: set[str]
) -> None:
    """The letters behind a name are for the team; the rest for those who keep licences, and for oneself."""
    now = clock.now()
    Credential.objects.create(
        origin=uuid4(),
        member_id=person.member_id,
        category="licence",
        title=canaries.word(f"{name}'s letters", team),
        region=canaries.word(f"where {name} is licensed", keeping),
        number=canaries.word(f"{name}'s licence number", keeping),
        since=now,
    )
    # Made up of digits it could stand anywhere by chance, so this one has letters.
    billing = keeping if name == "fran" else keeping | {"bea"}
    npi = canaries.word(f"{name}'s NPI", billing)[:10]
    canaries.known[npi.lower()], canaries.allowed[npi.lower()] = f"{name}'s NPI", billing
    NpiPeriod.objects.create(member_id=person.member_id, npi=npi, since=now)
    LicenceException.objects.create(
        member_id=person.member_id,
        reason=canaries.word(f"why {name} is excepted", keeping),
        since=now,
        until=now + timedelta(days=5),
        made_by_id=person.member_id,
    )


def guests(name: str) -> set[str]:
    """Nora is invited by Olu, and an invitation says by whom; the links on the stage are Olu's too.

    Uma's own page says who met her, and the stage gives everybody at Alder Creek who asks a session with her.
    """
    if name == "olu":
        return {"nora", "acting", "anonymous"}
    return {"acting"} if name != "fran" else set()


def plant_in_practice(canaries: Canaries, practice_id: UUID, team: set[str], owner: Person) -> None:
    """What belongs to the practice: its name, roles, tokens, invitations and imports."""
    managing = team & (ADMINISTRATORS | {"fran"})
    invited = set() if owner.first_name == "Fran" else {"nora", "acting", "anonymous"}
    whose = owner.first_name
    Practice.objects.filter(pk=practice_id).update(
        name=canaries.word(f"the name of {whose}'s practice", team | invited),
        # The public sign-up page names it.
        support_email=canaries.word(f"where {whose}'s practice is asked", team | invited).lower()
        + "@example.org",
    )
    with entered(practice_id, writing=True):
        role = Role.objects.create(
            name=canaries.word(f"a role of {whose}", team),
            name_key=canaries.word("a key", set()).lower(),
            description=canaries.word(f"what a role of {whose} is", team),
            starting_point="nothing",
        )
        Import.objects.all().update(
            file_name=canaries.word(f"a file of {whose}", managing),
            header=[canaries.word(f"a heading of {whose}", managing), *"abcde"][:5],
            samples=[[canaries.word(f"a cell of {whose}", managing)] * 5],
            sheet=canaries.word(f"a sheet of {whose}", managing),
            problem=canaries.word(f"what was wrong with a file of {whose}", managing),
        )
        AdminRequest.objects.update(
            first_name=canaries.word(f"whom {whose} wants as administrator", managing),
            last_name=canaries.word(f"the last name of {whose}'s administrator", managing),
            email=canaries.word(f"where {whose} wants an administrator", managing).lower() + "@example.org",
        )
        SignUpRequest.objects.update(
            first_name=canaries.word(f"who asked {whose}", managing),
            last_name=canaries.word(f"the last name of who asked {whose}", managing),
            email=canaries.word(f"where who asked {whose} is answered", managing).lower() + "@mail.example",
            about=canaries.word(f"what who asked {whose} wants help with", managing),
        )
        SavedView.objects.create(
            member_id=owner.member_id,
            name=canaries.word(f"a view of {whose}", {whose.lower()}),
            key=canaries.word("a key", set()).lower(),
            page_size=50,
        )
        ApiToken.objects.create(
            member_id=owner.member_id,
            name=canaries.word(f"a token of {whose}", {whose.lower()}),
            digest=f"{whose:0>64}",
            created_at=clock.now(),
            expires_at=clock.now() + timedelta(days=1),
        )
    invited_person = Invitee(
        full_name=f"{canaries.word(f'whom {whose} invited', managing)} {canaries.word('and how', managing)}",
        email=canaries.word(f"where {whose} invited", managing).lower() + "@example.org",
    )
    # Only the mail holds the message.
    message = canaries.word(f"how {whose} invited", set())
    (invitation_id,) = invite_people(
        owner.actor, InvitePeople(people=(invited_person,), role_ids=(role.id,), message=message)
    )
    resend_invitations(owner.actor, ResendInvitations(invitation_ids=(invitation_id,)))
    client = ClientInvitee(
        full_name=canaries.word(f"whom {whose} invited as a client", managing),
        email=canaries.word(f"where {whose} invited a client", managing).lower() + "@mail.example",
    )
    tag = canaries.word(f"a tag of whom {whose} invited", set())
    words = canaries.word(f"how {whose} invited a client", set())
    invite_clients(owner.actor, InviteClients(people=(client,), message=words, tags=(tag,)))
