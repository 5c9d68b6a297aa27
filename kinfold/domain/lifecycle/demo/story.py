"""The story of the demo practice: how Alder Creek Counseling came to be what a visitor finds.

Everything happens through the same commands as in life, each at its moment in the past months, so history, evidence and
mail are what they would be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.definitions import FIELDS
from kinfold.domain.access.models import Role
from kinfold.domain.care.commands.sessions import BookSession, book_session
from kinfold.domain.clients.commands.assigning import (
    AssignClient,
    EndAssignment,
    assign_client,
    end_assignment,
)
from kinfold.domain.clients.commands.creating import CreateClients, create_clients
from kinfold.domain.clients.models import THERAPIST_KINDS, Assignment, Client, ClientKind
from kinfold.domain.clients.profile import Typed
from kinfold.domain.identity.queries import find_login
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.lifecycle.setup import SetUp, set_up
from kinfold.domain.team.actors import actor_for_login
from kinfold.domain.team.commands.invitations import (
    AcceptInvitation,
    DeclineInvitation,
    DeleteInvitations,
    InviteMember,
    accept_invitation,
    decline_invitation,
    delete_invitations,
    invite_member,
)
from kinfold.domain.team.commands.roles import ChangeRole, change_role
from kinfold.domain.team.commands.supervision import (
    EndSupervision,
    StartSupervision,
    end_supervision,
    start_supervision,
)
from kinfold.domain.team.links import guest_with_link, link_token
from kinfold.domain.team.models import Invitation, Seat, Supervision

from . import licences, people, standings

NAME: Final = "Alder Creek Counseling"
SLUG: Final = "alder-creek"
TIME_ZONE: Final = "America/New_York"
PASSWORD: Final = "quiet otters carry lanterns"
BEGAN: Final = 270  # days ago
EVERY: Final = 3.5  # days from one who joins to the next


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody whose login the sign-in page shows."""

    label: str
    first_name: str
    last_name: str
    role: str

    @property
    def email(self) -> str:
        """Short, since visitors type it."""
        return f"{self.first_name.lower()}@{SLUG}.example"


OWNER: Final = Part("Owner", "Olivia", "Mensah", "owner")
PARTS: Final = (
    OWNER,
    Part("Administrator", "Daniel", "Reyes", "administrator"),
    Part("Supervisor", "Priya", "Raman", "supervisor"),
    Part("Intern", "Theo", "Lindgren", "intern"),
    Part("Therapist", "Marisol", "Vega", "licensed-therapist"),
    Part("Billing", "Ruth", "Abramson", "billing-administrator"),
)
# Who else is on the team, in the order in which they joined.
OTHERS: Final = (
    *(
        "supervisor",
        "licensed-therapist",
        "associate",
        "intern",
        "client-administrator",
        "licensed-therapist",
    ),
    *("intern", "associate", "licensed-therapist", "practitioner", "intern"),
)
# The billing modifiers of roles.
CARRIED: Final = {"intern": "HN", "associate": "HO", "licensed-therapist": "HO", "supervisor": "HP"}
SMALLEST: Final = len(PARTS)
NOBODYS: Final = UUID(int=0)
REASONS: Final = ("Evening appointments", "Asked for a change", "Caseload", "Speaks Spanish", "Insurance", "")


@dataclass(slots=True)
class _Stage:
    """Who is where while the story goes on."""

    random: Random
    now: datetime
    logins: dict[str, UUID] = field(default_factory=dict)
    members: dict[str, UUID] = field(default_factory=dict)
    roles: dict[str, UUID] = field(default_factory=dict)
    role_of: dict[str, str] = field(default_factory=dict)
    clients: list[UUID] = field(default_factory=list)
    practice_id: UUID = NOBODYS

    def at(self, days_ago: float) -> datetime:
        """A working hour, so many days ago; never in the future."""
        day = self.now - timedelta(days=days_ago)
        moment = day.replace(hour=self.random.randint(14, 21), minute=self.random.randint(0, 59), second=7)
        return min(moment, self.now - timedelta(minutes=self.random.randint(2, 30)))

    def actor(self, email: str) -> Actor:
        """Somebody with what they may do at that moment."""
        actor = actor_for_login(self.logins[email])
        if actor is None:
            raise LookupError(email)
        return actor

    def clinicians(self, *roles: str) -> list[str]:
        """Those who hold one of these roles, or any that sees clients."""
        clinical = roles or ("supervisor", "intern", "associate", "licensed-therapist", "practitioner")
        return [email for email, role in self.role_of.items() if role in clinical]


_Act = tuple[datetime, int, Callable[[], None]]


def tell(*, members: int, clients: int, random: Random) -> UUID:
    """Play the story with so many members and clients; returns the practice's id."""
    stage = _Stage(random, clock.now().replace(microsecond=0))
    with clock.frozen_at(stage.at(BEGAN)):
        stage.practice_id = set_up(
            SetUp(
                practice_name=NAME,
                slug=SLUG,
                owner_name=f"{OWNER.first_name} {OWNER.last_name}",
                owner_email=OWNER.email,
                owner_password=PASSWORD,
                time_zone=TIME_ZONE,
                clients_need_email=False,
                demo=True,
            )
        )
    _note(stage, OWNER.email, OWNER.role)
    with entered(stage.practice_id):
        stage.roles = dict(Role.objects.values_list("key", "id"))
    # The team first, then what the team does: the trail tells it in the order in which it happened.
    _play(_joining(stage, members))
    _play([*_working(stage, clients), *_inviting(stage)])
    return stage.practice_id


def _play(acts: list[_Act]) -> None:
    for moment, _, act in sorted(acts, key=lambda planned: planned[:2]):
        with clock.frozen_at(moment):
            act()


def _note(stage: _Stage, email: str, role: str) -> None:
    login_id = find_login(email)
    if login_id is None:
        raise LookupError(email)
    stage.logins[email] = login_id
    stage.members[email] = Seat.objects.values_list("member_id", flat=True).get(login_id=login_id)
    stage.role_of[email] = role


def _joining(stage: _Stage, members: int) -> list[_Act]:
    """Invitations that were accepted, and the supervision of interns."""
    joiners = [(part.first_name, part.last_name, part.email, part.role) for part in PARTS[1:]]
    taken = {email for _, _, email, _ in joiners}
    for role in OTHERS[: max(0, members - SMALLEST)]:
        first, last, _ = people.full_name(stage.random)
        email = f"{people.address_of(first, last)}@{SLUG}.example"
        if email not in taken:
            taken.add(email)
            joiners.append((first, last, email, role))
    acts: list[_Act] = []
    expired = [email for _, _, email, role in joiners if role == "licensed-therapist"][1:][-1:]
    for place, (first, last, email, role) in enumerate(joiners):
        days_ago = BEGAN - 2 - place * EVERY
        acts.append((stage.at(days_ago), place, partial(_join, stage, first, last, email, role)))
        if role in licences.ENTITLED and email not in expired:
            entitle = partial(_licence, stage, licences.entitle, email)
            acts.append((stage.at(days_ago - 1), 50 + place, entitle))
        if role == "intern":
            acts.append((stage.at(days_ago - 2), 100 + place, partial(_supervise, stage, email)))
    acts.append((stage.at(BEGAN - 1), 0, partial(_set_modifiers, stage)))
    return acts


def _set_modifiers(stage: _Stage) -> None:
    """The owner says by which roles sessions carry a billing modifier."""
    for key, modifier in CARRIED.items():
        with entered(stage.practice_id):
            role = Role.objects.get(pk=stage.roles[key])
        said = {field: getattr(role, field) for field in ("name", "description", *FIELDS)} | {
            "modifier": modifier
        }
        change_role(stage.actor(OWNER.email), ChangeRole(role_id=role.id, version=role.version, **said))


def _invite(stage: _Stage, name: str, email: str, role: str, by: str = OWNER.email) -> UUID:
    data = InviteMember(full_name=name, email=email, role_ids=(stage.roles[role],))
    return invite_member(stage.actor(by), data)


def _answer(stage: _Stage, invitation_id: UUID) -> tuple[Actor, str]:
    """The invited person, who opens the link in their mail."""
    with entered(stage.practice_id):
        nonce = Invitation.objects.values_list("nonce", flat=True).get(pk=invitation_id)
    return guest_with_link(link_token(stage.practice_id, invitation_id, nonce))


def _join(stage: _Stage, first: str, last: str, email: str, role: str) -> None:
    guest, secret = _answer(stage, _invite(stage, f"{first} {last}", email, role))
    accept_invitation(
        guest, AcceptInvitation(secret=secret, first_name=first, last_name=last, password=PASSWORD)
    )
    _note(stage, email, role)


def _supervise(stage: _Stage, intern: str) -> None:
    """The first supervisor supervises the intern whose login is shown; the others are spread."""
    supervisors = stage.clinicians("supervisor")
    supervisor = supervisors[0] if intern == PARTS[3].email else stage.random.choice(supervisors)
    start_supervision(
        stage.actor(OWNER.email),
        StartSupervision(supervisor_id=stage.members[supervisor], supervisee_id=stage.members[intern]),
    )


def _working(stage: _Stage, clients: int) -> list[_Act]:
    """Clients who came, most with a therapist, some to a therapist of their own, and some who changed."""
    random = stage.random
    invented = list(people.clients(random, clients, stage.now.date()))
    latest = BEGAN - 4 - EVERY * len(stage.members)
    # The logins that are shown have something to see.
    therapists = [*stage.clinicians(), *(part.email for part in PARTS[2:5])]
    acts: list[_Act] = []
    while invented:
        size = min(len(invented), random.choice((1, 1, 2, 2, 3, 4, 6)))
        group, invented = invented[:size], invented[size:]
        therapist = random.choice(therapists) if random.random() < 0.95 else None
        came = partial(_come, stage, group, therapist)
        acts.append((stage.at(random.uniform(1, latest)), len(acts), came))
    for share, since, act in (
        (8, latest * 0.6, _become_direct),
        (12, latest * 0.5, _change),
        (40, 20.0, _end),
    ):
        moments = [stage.at(random.uniform(1, since)) for _ in range(clients // share)]
        acts += [(moment, len(acts) + place, partial(act, stage)) for place, moment in enumerate(moments)]
    acts.append((stage.at(60), len(acts), partial(_swap_supervisor, stage)))
    acts.append((stage.at(30), len(acts), partial(_second_supervisor, stage)))
    acts.append((stage.at(20), len(acts), partial(_licence, stage, licences.soon_to_end, PARTS[4].email)))
    for email in stage.clinicians("licensed-therapist")[1:][-1:]:
        # Now, when nobody gives them clients any more: the story would come to a halt.
        acts.append((stage.now, len(acts), partial(_licence, stage, licences.ended, email)))
    for clinician, other in ((PARTS[3], PARTS[4]), (PARTS[4], PARTS[3]), (PARTS[3], PARTS[4])):
        acts.append((stage.at(0.5), len(acts), partial(_walk_in, stage, clinician.email, other.email)))
    return acts


def _come(stage: _Stage, group: list[people.Invented], therapist: str | None) -> None:
    data = CreateClients(
        people=tuple(
            Typed(
                first_name=p.first_name,
                last_name=p.last_name,
                email=p.email,
                birth_date=p.birth_date.isoformat(),
                sex_at_birth=p.sex_at_birth,
                external_id=p.external_id,
                phone=p.phone,
                tags=p.tags,
            )
            for p in group
        ),
        therapist_id=stage.members[therapist] if therapist else None,
        accept_duplicates=True,
    )
    stage.clients += create_clients(stage.actor(PARTS[1].email), data)


def _open_tie(stage: _Stage, client_id: UUID) -> tuple[UUID, UUID, str] | None:
    with entered(stage.practice_id):
        return (
            Assignment.objects.filter(client_id=client_id, until__isnull=True, kind__in=THERAPIST_KINDS)
            .values_list("id", "member_id", "kind")
            .first()
        )


def _become_direct(stage: _Stage) -> None:
    """A client becomes their therapist's own."""
    if not stage.clients:
        return
    client_id = stage.random.choice(stage.clients)
    tie = _open_tie(stage, client_id)
    if tie is not None:
        assign_client(
            stage.actor(OWNER.email), AssignClient(client_id=client_id, member_id=tie[1], kind="direct")
        )


def _change(stage: _Stage) -> None:
    """A client goes on with another therapist."""
    if not stage.clients:
        return
    client_id = stage.random.choice(stage.clients)
    therapist = stage.members[stage.random.choice(stage.clinicians())]
    why = stage.random.choice(REASONS)
    assign_client(
        stage.actor(PARTS[1].email), AssignClient(client_id=client_id, member_id=therapist, reason=why)
    )


def _end(stage: _Stage) -> None:
    """A client waits for a new therapist."""
    tie = _open_tie(stage, stage.random.choice(stage.clients)) if stage.clients else None
    if tie is not None:
        end_assignment(stage.actor(PARTS[1].email), EndAssignment(assignment_id=tie[0]))


def _walk_in(stage: _Stage, clinician: str, other: str) -> None:
    """The front desk records that somebody met a client who is a third person's, and stays theirs."""
    with entered(stage.practice_id):
        apart = {stage.members[clinician], stage.members[other]} | standings.whose_clients_move()
        theirs = Client.objects.filter(kind=ClientKind.PRACTICE, primary__isnull=False).exclude(
            primary_id__in=apart
        )
        ids = list(theirs.order_by("sort_key", "email").values_list("id", flat=True))
    if ids:
        data = BookSession(
            client_id=stage.random.choice(ids),
            member_id=stage.members[clinician],
            starts_at=clock.now().replace(minute=30) - timedelta(days=stage.random.randint(1, 3)),
            minutes=30,
            service_code="90832",
            status="completed",
        )
        book_session(stage.actor(PARTS[1].email), data)


def _swap_supervisor(stage: _Stage) -> None:
    """One intern goes on with another supervisor."""
    supervisors = {stage.members[email] for email in stage.clinicians("supervisor")}
    with entered(stage.practice_id):
        found = (
            Supervision.objects.exclude(supervisee_id=stage.members[PARTS[3].email])
            .filter(until__isnull=True)
            .order_by("since", "id")
            .values_list("id", "supervisor_id", "supervisee_id")
            .first()
        )
    others = sorted(supervisors - {found[1]}) if found else []
    if found and others:
        end_supervision(stage.actor(OWNER.email), EndSupervision(supervision_id=found[0]))
        start_supervision(
            stage.actor(OWNER.email), StartSupervision(supervisor_id=others[0], supervisee_id=found[2])
        )


def _second_supervisor(stage: _Stage) -> None:
    """The intern whose login is shown has a secondary supervisor too."""
    for email in stage.clinicians("supervisor")[1:2]:
        start_supervision(
            stage.actor(OWNER.email),
            StartSupervision(
                supervisor_id=stage.members[email],
                supervisee_id=stage.members[PARTS[3].email],
                kind="secondary",
            ),
        )


def _licence(stage: _Stage, what: licences.Entitling, email: str) -> None:
    """An administrator writes down what entitles somebody."""
    keeper = stage.actor(PARTS[1].email)
    who = licences.Clinician(stage.members[email], stage.role_of[email])
    what(keeper, who, stage.now.astimezone(ZoneInfo(TIME_ZONE)).date(), stage.random)


def _inviting(stage: _Stage) -> list[_Act]:
    """Invitations that wait, one that nobody answered in time, one declined, one taken back."""
    random = stage.random
    plan = (
        (5.0, "licensed-therapist", "wait"),
        (3.0, "intern", "wait"),
        (1.0, "associate", "wait"),
        (12.0, "licensed-therapist", "wait"),
        (40.0, "practitioner", "decline"),
        (25.0, "associate", "delete"),
    )
    acts: list[_Act] = []
    for number, (days_ago, role, what) in enumerate(plan):
        first, last, _ = people.full_name(random)
        act = partial(_invite_and, stage, f"{first} {last}", f"{number}@mail.example", role, what)
        acts.append((stage.at(days_ago), 5000 + number, act))
    return acts


def _invite_and(stage: _Stage, name: str, mailbox: str, role: str, what: str) -> None:
    email = people.address_of(*name.split(" ", 1)) + mailbox
    invitation_id = _invite(stage, name, email, role, by=PARTS[1].email)
    if what == "decline":
        guest, secret = _answer(stage, invitation_id)
        decline_invitation(guest, DeclineInvitation(secret=secret))
    if what == "delete":
        delete_invitations(stage.actor(PARTS[1].email), DeleteInvitations(invitation_ids=(invitation_id,)))
