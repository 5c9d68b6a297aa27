"""API tokens."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.actors import actor_for_token
from kinfold.domain.team.commands.members import ChangeMemberRoles, change_member_roles
from kinfold.domain.team.commands.tokens import CreateToken, NewToken, RevokeToken, create_token, revoke_token
from kinfold.domain.team.errors import TokenNameTaken
from kinfold.domain.team.models import ApiToken, Member, MemberStatus
from kinfold.domain.team.queries.settings import ListTokens, list_tokens
from tests.domain.team.steps import acts
from tests.personas import Cast, Person

ROSTER = (Permission.CLIENTS_SEE_ALL.value, Permission.MEMBERS_NAMES.value)


def make(
    person: Person, *, name: str = "Reports", scopes: tuple[str, ...] = ROSTER, key: str = ""
) -> NewToken:
    return create_token(person.actor, CreateToken(name=name, scopes=scopes, days=30, key=key))


def test_a_token_acts_as_its_member_narrowed_to_its_scopes(cast: Cast) -> None:
    made = make(cast.ada)
    actor = actor_for_token(made.token)
    assert actor is not None
    assert (actor.member_id, actor.token_id) == (cast.ada.member_id, made.id)
    assert {permission.value for permission in actor.permissions} == set(ROSTER)
    assert acts(cast.alder.practice_id, subject=made.id) == ["token.created"]


def test_a_token_can_do_no_more_than_its_member_may_now(cast: Cast) -> None:
    made = make(cast.ada, scopes=(Permission.MEMBERS_INVITE.value, Permission.MEMBERS_NAMES.value))
    change_member_roles(
        cast.olu.actor,
        ChangeMemberRoles(
            member_id=cast.lin.member_id, version=1, role_ids=(cast.alder.roles["administrator"],)
        ),
    )
    change_member_roles(
        cast.olu.actor,
        ChangeMemberRoles(member_id=cast.ada.member_id, version=1, role_ids=(cast.alder.roles["associate"],)),
    )
    actor = actor_for_token(made.token)
    assert actor is not None
    assert actor.permissions == {Permission.MEMBERS_NAMES}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"scopes": ()}, "scopes"),
        ({"scopes": ("practice:own",)}, "scopes"),
        ({"scopes": ("no:such",)}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": 366}, "days"),
        ({"name": " "}, "name"),
        ({"name": "<b>"}, "name"),
        ({"name": "n" * 61}, "name"),
    ],
)
def test_a_token_that_cannot_be_is_refused_with_a_sentence(
    cast: Cast, values: dict[str, object], field: str
) -> None:
    asked: dict[str, object] = {"name": "Reports", "scopes": ROSTER, "days": 30, **values}
    with pytest.raises(InvalidInput) as refused:
        create_token(cast.ada.actor, CreateToken(**asked))  # type: ignore[arg-type]
    assert [problem.field for problem in refused.value.problems] == [field]


def test_a_token_cannot_make_a_token(cast: Cast) -> None:
    made = make(cast.ada, scopes=(Permission.TOKENS_OWN.value,))
    actor = actor_for_token(made.token)
    assert actor is not None
    with pytest.raises(NotAllowed):
        create_token(actor, CreateToken(name="Heir", scopes=(Permission.TOKENS_OWN.value,), days=365))


def test_the_database_and_the_list_do_not_hold_the_token(cast: Cast) -> None:
    made = make(cast.ada)
    secret = made.token.split(".")[1]
    with entered(cast.alder.practice_id):
        stored = str(ApiToken.objects.values().get(pk=made.id))
    (row,) = list_tokens(cast.ada.actor, ListTokens())
    assert secret not in stored
    assert secret not in str(row)
    assert made.token.endswith(row.hint)


def test_a_double_click_makes_one_token_and_still_shows_it(cast: Cast) -> None:
    first = make(cast.ada, key="form-1")
    assert make(cast.ada, key="form-1") == first
    assert len(list_tokens(cast.ada.actor, ListTokens())) == 1
    assert acts(cast.alder.practice_id).count("token.created") == 1


def test_a_form_cannot_be_replayed_for_a_token_later(cast: Cast) -> None:
    make(cast.ada, key="form-1")
    with clock.frozen_at(clock.now() + timedelta(minutes=11)), pytest.raises(TokenNameTaken):
        make(cast.ada, key="form-1")


def test_the_same_key_of_another_person_is_another_token(cast: Cast) -> None:
    assert make(cast.ada, key="form-1").token != make(cast.olu, key="form-1").token


def test_live_tokens_of_one_person_have_different_names(cast: Cast) -> None:
    first = make(cast.ada)
    with pytest.raises(TokenNameTaken):
        make(cast.ada)
    make(cast.olu)
    revoke_token(cast.ada.actor, RevokeToken(token_id=first.id))
    make(cast.ada)


def test_a_revoked_token_is_refused_from_the_next_request_on(cast: Cast) -> None:
    made = make(cast.ada)
    revoke_token(cast.ada.actor, RevokeToken(token_id=made.id))
    assert actor_for_token(made.token) is None
    assert list_tokens(cast.ada.actor, ListTokens()) == ()
    revoke_token(cast.ada.actor, RevokeToken(token_id=made.id))
    assert acts(cast.alder.practice_id, subject=made.id) == ["token.created", "token.revoked"]


def test_a_token_ends_with_its_date(cast: Cast) -> None:
    made = make(cast.ada)
    with clock.frozen_at(made.expires_at):
        assert actor_for_token(made.token) is None
        (row,) = list_tokens(cast.ada.actor, ListTokens())
        assert row.expired


def test_a_token_ends_with_its_members_place(cast: Cast) -> None:
    made = make(cast.ada)
    with entered(cast.alder.practice_id, writing=True):
        Member.objects.filter(pk=cast.ada.member_id).update(status=MemberStatus.INACTIVE)
    assert actor_for_token(made.token) is None


def test_somebody_elses_token_is_as_absent_as_one_that_never_was(cast: Cast) -> None:
    made = make(cast.ada)
    messages = set()
    for by, token_id in ((cast.olu, made.id), (cast.fran, made.id), (cast.olu, uuid4())):
        with pytest.raises(NotFound) as refused:
            revoke_token(by.actor, RevokeToken(token_id=token_id))
        messages.add(refused.value.message)
    assert len(messages) == 1
    assert actor_for_token(made.token) is not None


def test_wrong_tokens_open_nothing(cast: Cast) -> None:
    token = make(cast.ada).token
    for wrong in ("", "kf_", token[:-1], token + "x", token.replace(".", ""), "kf_é.x", "x" * 9999):
        assert actor_for_token(wrong) is None


def test_a_token_ends_with_the_right_to_have_tokens(cast: Cast) -> None:
    # Its owner could neither see nor revoke it any more.
    made = make(cast.ada, scopes=(Permission.MEMBERS_READ,))
    assert actor_for_token(made.token) is not None
    with entered(cast.alder.practice_id, writing=True):
        Role.objects.filter(key="administrator").update(overrides={Permission.TOKENS_OWN.value: False})
    assert actor_for_token(made.token) is None
