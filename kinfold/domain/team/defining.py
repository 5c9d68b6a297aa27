"""What everyone who says what a role is keeps to: a name of its own, known permissions, nothing above one's rights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.definitions import Definition, definition_of
from kinfold.domain.access.models import Role
from kinfold.domain.access.modifiers import MODIFIERS
from kinfold.domain.access.permissions import BY_NAME, Permission
from kinfold.domain.access.roles import StartingPoint
from kinfold.domain.kernel.errors import InvalidInput, NotFound, Problem
from kinfold.domain.kernel.text import clean_name, sort_key

from .errors import AboveOwnRights, OwnerRoleStays, RoleStays
from .granting import ADMINISTRATOR, OWNER
from .models import InvitationRole, InvitationState, MemberRole
from .rights import RightsChange, refuse_impossible, rights_now

NAME_LENGTH = 60
DESCRIPTION_LENGTH = 300
ABOVE = "You can create, change and delete only roles that allow no more than you may do yourself."


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleForm:
    """All that a person says about a role. `overrides` are permissions that are on or off whatever it starts from."""

    name: str
    description: str = ""
    starting_point: str
    overrides: Mapping[str, bool]
    clinical: bool
    requires_supervision: bool
    may_supervise: bool
    modifier: str = ""


def live_role(role_id: UUID) -> Role:
    """A role of this practice. Raises NotFound for one that was deleted."""
    role = Role.objects.filter(pk=role_id, deleted_at__isnull=True).first()
    if role is None:
        raise NotFound
    return role


def changeable_role(actor: Actor, role_id: UUID) -> Role:
    """A role that the actor may change. Raises NotFound, OwnerRoleStays or AboveOwnRights."""
    role = live_role(role_id)
    if role.key == OWNER:
        raise OwnerRoleStays
    refuse_defining_above(actor, definition_of(role).permissions)
    return role


def refuse_defining_above(actor: Actor, *allowed: Iterable[Permission]) -> None:
    """Raise AboveOwnRights when one of these sets holds more than the actor may do (SPEC section 3)."""
    if not all(actor.permissions.issuperset(permissions) for permissions in allowed):
        raise AboveOwnRights(ABOVE)


def checked_name(typed: str, *, besides: UUID | None = None) -> str:
    """A role's name as it will be stored. Raises InvalidInput, also when another role has it."""
    try:
        name = clean_name(typed)
    except ValueError as error:
        raise InvalidInput.one("name", str(error)) from None
    key = name_key(name)
    if not key:
        raise InvalidInput.one("name", "Enter a name with letters or digits.")
    if len(name) > NAME_LENGTH:
        raise InvalidInput.one("name", f"Use at most {NAME_LENGTH} characters.")
    same = Role.objects.filter(name_key=key, deleted_at__isnull=True).values_list("id", flat=True).first()
    if same not in (None, besides):
        raise NameTaken
    return name


@dataclass(frozen=True, slots=True)
class ProposedRole:
    """What a role would say, checked, and what that would change."""

    role: Role
    name: str
    description: str
    definition: Definition
    rights: RightsChange


@dataclass(frozen=True, slots=True)
class ProposedDeletion:
    """What holders of a role would get instead, checked, and what that would change."""

    role: Role
    replacement: Role | None
    rights: RightsChange


def proposed_role(actor: Actor, role_id: UUID, data: RoleForm) -> ProposedRole:
    """A change of a role, refused as saving it would be, so that a preview and the act cannot disagree."""
    role = changeable_role(actor, role_id)
    name, description, definition = checked_role(data, besides=role.id)
    refuse_defining_above(actor, definition.permissions)
    now = rights_now()
    change = RightsChange(now, now.saying(role.id, definition))
    refuse_impossible(change)
    return ProposedRole(role, name, description, definition, change)


def proposed_deletion(actor: Actor, role_id: UUID, replacement_id: UUID | None) -> ProposedDeletion:
    """The deletion of a role, refused as the act would be."""
    role = changeable_role(actor, role_id)
    if role.key == ADMINISTRATOR:
        raise RoleStays
    replacement = _replacement(actor, role, replacement_id)
    now = rights_now()
    change = RightsChange(now, now.without(role.id, replacement.id if replacement else None))
    refuse_impossible(change)
    return ProposedDeletion(role, replacement, change)


def _replacement(actor: Actor, role: Role, replacement_id: UUID | None) -> Role | None:
    """What holders get instead of a role. Raises InvalidInput when the role is in use and nothing fitting is named."""
    if replacement_id is None:
        held = MemberRole.objects.filter(role=role, until__isnull=True)
        offered = InvitationRole.objects.filter(role=role, invitation__state=InvitationState.PENDING)
        if held.exists() or offered.exists():
            raise InvalidInput.one("replacement_id", "This role is in use. Choose what people get instead.")
        return None
    if replacement_id == role.id:
        raise InvalidInput.one("replacement_id", "Choose another role than the one you delete.")
    found = Role.objects.filter(pk=replacement_id, deleted_at__isnull=True).first()
    if found is None:
        raise InvalidInput.one("replacement_id", "Choose a role of this practice.")
    refuse_defining_above(actor, definition_of(found).permissions)
    return found


class NameTaken(InvalidInput):
    """Roles are told apart by their names, whatever the case and the accents."""

    def __init__(self) -> None:
        super().__init__([Problem("name", "Another role has this name. Choose another one.")])


def name_key(name: str) -> str:
    """What two roles may not have in common."""
    return sort_key(name)[:NAME_LENGTH]


def checked_role(data: RoleForm, *, besides: UUID | None = None) -> tuple[str, str, Definition]:
    """Name, description and definition as they will be stored. Raises InvalidInput naming all that is wrong."""
    problems: list[Problem] = []
    name = ""
    try:
        name = checked_name(data.name, besides=besides)
    except InvalidInput as error:
        problems.extend(error.problems)
    description = " ".join(data.description.split())
    if len(description) > DESCRIPTION_LENGTH:
        problems.append(Problem("description", f"Use at most {DESCRIPTION_LENGTH} characters."))
    elif not description.isprintable():
        problems.append(
            Problem("description", "This contains characters that cannot be seen. Write it again.")
        )
    try:
        definition = checked_definition(data)
    except InvalidInput as error:
        problems.extend(error.problems)
    if problems:
        raise InvalidInput(problems)
    return name, description, definition


def checked_definition(data: RoleForm) -> Definition:
    """What a form says about those who will hold the role. Raises InvalidInput naming all that is wrong."""
    problems = []
    if data.starting_point not in set(StartingPoint) - {StartingPoint.OWNER}:
        problems.append(Problem("starting_point", "Choose what the role starts from."))
    try:
        overrides = checked_overrides(data.overrides)
    except InvalidInput as error:
        problems.extend(error.problems)
    if data.modifier and data.modifier not in MODIFIERS:
        problems.append(Problem("modifier", "Choose a billing modifier from the list."))
    if problems:
        raise InvalidInput(problems)
    return Definition(
        starting_point=data.starting_point,
        overrides=overrides,
        clinical=data.clinical,
        requires_supervision=data.requires_supervision,
        may_supervise=data.may_supervise,
        modifier=data.modifier,
    )


def checked_overrides(overrides: Mapping[str, bool]) -> dict[str, bool]:
    """Overrides in the order of the enumeration. Raises InvalidInput for what is no permission or an owner's alone."""
    if overrides.keys() - BY_NAME.keys():
        raise InvalidInput.one("overrides", "Choose features from the list.")
    if Permission.PRACTICE_OWN in overrides:
        raise InvalidInput.one("overrides", "Owning the practice comes with the Owner role only.")
    return {name: overrides[name] for name in BY_NAME if name in overrides}
