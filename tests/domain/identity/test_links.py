"""Mailed links: one purpose, one use, a while; looking at one changes nothing."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from kinfold.domain.identity import links
from kinfold.domain.identity.errors import LinkExpired, LinkNotKnown, LinkUsed
from kinfold.domain.identity.models import EmailedLink, Login
from kinfold.domain.kernel import clock
from tests.domain.identity.test_limits import in_processes
from tests.personas import Cast, build_cast

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def issue(login_id: UUID, purpose: str = links.RESET) -> str:
    """A fresh link, as the mail carries it."""
    found = links.secret_of(links.issue(purpose, "olu@example.org", login_id))
    assert found is not None
    return found[1]


def test_the_table_holds_only_a_digest_of_a_link(cast: Cast) -> None:
    secret = issue(cast.olu.login_id)
    assert len(secret) == 43, "256 bits"
    row = EmailedLink.objects.get()
    stored = "|".join(str(getattr(row, field.attname)) for field in EmailedLink._meta.concrete_fields)
    assert secret not in stored


def test_a_mail_sent_again_carries_the_same_link(cast: Cast) -> None:
    link_id = links.issue(links.RESET, "olu@example.org", cast.olu.login_id)
    assert links.secret_of(link_id) == links.secret_of(link_id)
    assert issue(cast.olu.login_id) != issue(cast.olu.login_id)


def test_a_reset_asked_for_finds_its_login_when_the_mail_is_made(cast: Cast) -> None:
    link_id = links.issue(links.RESET, cast.olu.email)
    found = links.secret_of(link_id)
    assert found is not None
    assert found[0] == cast.olu.email
    assert links.look_at(links.RESET, found[1]).login_id == cast.olu.login_id


def test_a_reset_asked_for_an_unknown_address_leaves_no_trace(cast: Cast) -> None:
    link_id = links.issue(links.RESET, "nobody@example.org")
    assert links.secret_of(link_id) is None
    assert EmailedLink.objects.count() == 0


def test_a_link_that_ended_is_not_mailed_any_more(cast: Cast) -> None:
    link_id = links.issue(links.RESET, cast.olu.email, cast.olu.login_id)
    links.close_all(links.RESET, cast.olu.login_id)
    assert links.secret_of(link_id) is None


def test_looking_at_a_link_changes_nothing_and_using_it_ends_it(cast: Cast) -> None:
    secret = issue(cast.olu.login_id)
    for _ in range(3):
        assert links.look_at(links.RESET, secret).login_id == cast.olu.login_id
    assert links.use(links.RESET, secret).email == "olu@example.org"
    with pytest.raises(LinkUsed):
        links.look_at(links.RESET, secret)
    with pytest.raises(LinkUsed):
        links.use(links.RESET, secret)


def test_a_link_serves_one_purpose(cast: Cast) -> None:
    secret = issue(cast.olu.login_id, links.VERIFY)
    with pytest.raises(LinkNotKnown):
        links.use(links.RESET, secret)
    assert links.use(links.VERIFY, secret).login_id == cast.olu.login_id


@pytest.mark.parametrize(("purpose", "days"), [(links.RESET, 1), (links.VERIFY, 7)])
def test_a_link_expires(cast: Cast, purpose: str, days: int) -> None:
    with clock.frozen_at(NOON):
        secret = issue(cast.olu.login_id, purpose)
    with clock.frozen_at(NOON + timedelta(days=days) - timedelta(seconds=1)):
        links.look_at(purpose, secret)
    with clock.frozen_at(NOON + timedelta(days=days)), pytest.raises(LinkExpired):
        links.use(purpose, secret)


@pytest.mark.parametrize("secret", ["", "x", "A" * 43, "../../etc/passwd", "é", "\x00", "A" * 5000])
def test_a_made_up_link_is_not_known(cast: Cast, secret: str) -> None:
    issue(cast.olu.login_id)
    with pytest.raises(LinkNotKnown):
        links.look_at(links.RESET, secret)


def test_closing_a_logins_links_leaves_other_purposes_and_logins_alone(cast: Cast) -> None:
    mine, other_purpose = issue(cast.olu.login_id), issue(cast.olu.login_id, links.VERIFY)
    theirs = issue(cast.ada.login_id)
    links.close_all(links.RESET, cast.olu.login_id)
    with pytest.raises(LinkUsed):
        links.use(links.RESET, mine)
    assert links.use(links.VERIFY, other_purpose).login_id == cast.olu.login_id
    assert links.use(links.RESET, theirs).login_id == cast.ada.login_id


def test_a_link_of_a_login_that_was_switched_off_is_not_known(cast: Cast) -> None:
    secret = issue(cast.olu.login_id)
    Login.objects.filter(id=cast.olu.login_id).update(is_active=False)
    with pytest.raises(LinkNotKnown):
        links.look_at(links.RESET, secret)


def test_old_links_are_deleted_a_month_after_they_ended(cast: Cast) -> None:
    with clock.frozen_at(NOON):
        issue(cast.olu.login_id)
    with clock.frozen_at(NOON + timedelta(days=30)):
        links.forget_past_links()
        assert EmailedLink.objects.count() == 1
    with clock.frozen_at(NOON + timedelta(days=31, seconds=1)):
        links.forget_past_links()
        assert EmailedLink.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_many_who_use_a_link_at_once_one_gets_it() -> None:
    cast = build_cast()
    secret = issue(cast.olu.login_id)
    assert in_processes(10, lambda _: links.use(links.RESET, secret), refusal=LinkUsed) == 1
