"""Outgoing mail: sent exactly when its change was committed, once where that can be known, and doubts are shown."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import connection, transaction

from kinfold.domain.kernel import clock, tasks
from kinfold.domain.kernel.models import QueuedTask
from kinfold.domain.kernel.secrets import derive
from kinfold.domain.messages import periodic, sending
from kinfold.domain.messages.kinds import NoSuchMail
from kinfold.domain.messages.models import MailState, OutgoingMail
from kinfold.domain.messages.outbox import enqueue
from kinfold.domain.messages.transport import MailServer as Server
from kinfold.domain.messages.transport import Unreadable, read_server
from tests.domain.messages import kinds
from tests.mailserver import MailServer, delivered, mail_server, text_of, worker

if TYPE_CHECKING:
    from collections.abc import Generator

    from tests.personas import Cast


@pytest.fixture
def server() -> Generator[MailServer, None, None]:
    """A mail server that gets everything sent in this test."""
    with mail_server() as handler:
        yield handler


@pytest.fixture(autouse=True)
def _no_mail_of_other_tests(tmp_path: Path) -> Generator[None, None, None]:
    from django.test import override_settings

    with override_settings(MAIL_FOLDER=tmp_path / "mail"):
        yield
    kinds.withdrawn.clear()


def state(mail_id: UUID) -> str:
    """What is known about a mail."""
    return OutgoingMail.objects.values_list("state", flat=True).get(pk=mail_id)


def later_by(wait: timedelta) -> None:
    """Let time pass: work that waits until a moment within `wait` is due."""
    with clock.frozen_at(clock.now() + wait):
        periodic.send_waiting_mail()
        tasks.run_pending()


@pytest.mark.django_db
def test_mail_goes_into_private_files_while_no_server_is_configured(cast: Cast) -> None:
    mail_id = enqueue("test.practice", cast.alder.practice_id, uuid4())
    (message,) = delivered()
    assert message["To"] == "anna.novak@mail.example"
    assert text_of(message).strip() == str(cast.alder.practice_id)  # rendered inside the practice
    html = message.get_body(("html",))
    assert html is not None
    assert str(cast.alder.practice_id) in html.get_content()
    assert state(mail_id) == MailState.SENT
    (file,) = Path(settings.MAIL_FOLDER).iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.django_db(transaction=True)
def test_mail_is_queued_only_when_its_change_commits() -> None:
    with transaction.atomic():
        enqueue("test.link", None, uuid4())
        transaction.set_rollback(True)
    assert delivered() == []
    assert not OutgoingMail.objects.exists()


@pytest.mark.django_db
def test_a_mail_that_nobody_renders_cannot_be_queued() -> None:
    with pytest.raises(NoSuchMail):
        enqueue("test.nothing", None, uuid4())


@pytest.mark.django_db
def test_mail_that_is_no_longer_wanted_when_its_turn_comes_is_dropped() -> None:
    subject = uuid4()
    mail_id = enqueue("test.link", None, subject)
    kinds.withdrawn.add(subject)
    assert delivered() == []
    assert state(mail_id) == MailState.DROPPED


@pytest.mark.django_db
def test_a_newer_mail_about_the_same_thing_replaces_one_that_waits() -> None:
    subject = uuid4()
    first, second = enqueue("test.link", None, subject), enqueue("test.link", None, subject)
    other = enqueue("test.link", None, uuid4())
    assert len(delivered()) == 2
    assert (state(first), state(second), state(other)) == (MailState.DROPPED, MailState.SENT, MailState.SENT)


@pytest.mark.django_db
def test_a_mail_server_gets_the_mail_whole(server: MailServer) -> None:
    subject = uuid4()
    mail_id = enqueue("test.link", None, subject)
    tasks.run_pending()
    (message,) = server.arrived
    assert text_of(message) == f"Open {derive('test.link', str(subject))} – schön\n"
    assert message["Subject"] == "A link for you"
    assert message["Auto-Submitted"] == "auto-generated"
    row = OutgoingMail.objects.get(pk=mail_id)
    assert message["Message-ID"] == row.message_id
    assert (row.state, row.attempts, row.in_doubt, row.error) == (MailState.SENT, 1, False, "")
    assert row.sent_at is not None


@pytest.mark.django_db
def test_a_refused_recipient_is_final_and_said_without_the_address(server: MailServer) -> None:
    server.answers["RCPT"] = "550 no anna.novak here"
    mail_id = enqueue("test.link", None, uuid4())
    tasks.run_pending()
    row = OutgoingMail.objects.get(pk=mail_id)
    assert (row.state, row.error) == (MailState.FAILED, "the recipient was refused (550)")
    assert row.next_try_at is None


@pytest.mark.django_db
@pytest.mark.parametrize(("step", "answer"), [("RCPT", "451 later"), ("DATA", "451 later")])
def test_a_busy_server_is_tried_again_until_it_takes_the_mail(
    server: MailServer, step: str, answer: str
) -> None:
    server.answers[step] = answer
    mail_id = enqueue("test.link", None, uuid4())
    tasks.run_pending()
    row = OutgoingMail.objects.get(pk=mail_id)
    assert (row.state, row.error) == (MailState.QUEUED, "SMTPResponseException (451)")
    server.answers.clear()
    later_by(timedelta(seconds=30))
    assert server.arrived == []
    later_by(timedelta(seconds=61))
    assert len(server.arrived) == 1
    row.refresh_from_db()
    assert (row.state, row.attempts, row.in_doubt) == (MailState.SENT, 2, False)


@pytest.mark.django_db
def test_a_server_that_is_never_there_ends_in_failed_and_not_in_silence() -> None:
    from django.test import override_settings

    mail_id = enqueue("test.link", None, uuid4())
    with override_settings(EMAIL_URL="smtp://127.0.0.1:1"):
        tasks.run_pending()
        moment = clock.now()
        for wait in sending.WAITS:
            assert state(mail_id) == MailState.QUEUED
            moment += wait + timedelta(seconds=1)
            with clock.frozen_at(moment):
                periodic.send_waiting_mail()
                tasks.run_pending()
    row = OutgoingMail.objects.get(pk=mail_id)
    assert (row.state, row.error, row.attempts) == (
        MailState.FAILED,
        "ConnectionRefusedError",
        len(sending.WAITS) + 1,
    )


@pytest.mark.django_db
def test_a_connection_that_breaks_after_the_text_is_a_doubt_that_is_kept(server: MailServer) -> None:
    server.drops_connection = True
    mail_id = enqueue("test.link", None, uuid4())
    tasks.run_pending()
    assert state(mail_id) == MailState.UNSURE
    server.drops_connection = False
    later_by(timedelta(seconds=61))
    row = OutgoingMail.objects.get(pk=mail_id)
    assert (row.state, row.in_doubt) == (MailState.SENT, True)
    first, second = server.arrived
    assert first["Message-ID"] == second["Message-ID"]
    assert text_of(first) == text_of(second)


@pytest.mark.django_db
def test_what_fails_after_a_doubt_is_never_called_not_sent(server: MailServer) -> None:
    server.drops_connection = True
    mail_id = enqueue("test.link", None, uuid4())
    tasks.run_pending()
    server.answers["RCPT"] = "550 gone"
    later_by(timedelta(seconds=61))
    row = OutgoingMail.objects.get(pk=mail_id)
    assert (row.state, row.next_try_at) == (MailState.UNSURE, None)


@pytest.mark.django_db
def test_a_mail_whose_text_fails_says_where_and_not_what(caplog: pytest.LogCaptureFixture) -> None:
    mail_id = enqueue("test.broken", None, uuid4())
    tasks.run_pending()
    row = OutgoingMail.objects.get(pk=mail_id)
    assert row.state == MailState.QUEUED
    assert row.error.startswith("ValueError in tests.domain.messages.kinds")
    assert "anna" not in row.error + caplog.text


@pytest.mark.django_db
def test_done_mail_is_forgotten_after_a_while_and_failed_mail_is_not(server: MailServer) -> None:
    sent = enqueue("test.link", None, uuid4())
    tasks.run_pending()
    server.answers["RCPT"] = "550 no"
    failed = enqueue("test.link", None, uuid4())
    tasks.run_pending()
    with clock.frozen_at(clock.now() + timedelta(days=91)):
        periodic.forget_old_mail()
    assert list(OutgoingMail.objects.values_list("pk", flat=True)) == [failed]
    assert sent != failed


@pytest.mark.django_db(transaction=True)
def test_eight_workers_send_each_mail_once(server: MailServer) -> None:
    mails = [enqueue("test.link", None, uuid4()) for _ in range(12)]
    start = threading.Barrier(8)
    troubles: list[BaseException] = []

    def work() -> None:
        try:
            start.wait()
            for mail_id in mails:
                sending.deliver(mail_id)
        except BaseException as error:
            troubles.append(error)
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert len(server.arrived) == 12
    assert len({message["Message-ID"] for message in server.arrived}) == 12
    assert set(OutgoingMail.objects.values_list("state", "attempts")) == {(MailState.SENT, 1)}


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_sending_leaves_a_doubt_and_the_next_one_sends_the_same_link(
    server: MailServer,
) -> None:
    subject = uuid4()
    server.go_on.clear()
    mail_id = enqueue("test.link", None, subject)
    with worker("tests.domain.messages.kinds") as first:
        assert server.text_came.wait(120), "the worker never sent"
        first.kill()
        first.wait()
    assert state(mail_id) == MailState.UNSURE
    server.text_came.clear()
    server.go_on.set()
    # What time does by itself: the dead worker's hold on the task and on the mail runs out.
    past = clock.now() - timedelta(seconds=1)
    QueuedTask.objects.update(claimed_until=past)
    OutgoingMail.objects.update(claimed_until=past)
    with worker("tests.domain.messages.kinds"):
        assert server.text_came.wait(120), "the second worker never sent"
        _until(lambda: state(mail_id) == MailState.SENT)
    one, two = server.arrived
    assert one["Message-ID"] == two["Message-ID"]
    assert text_of(one) == text_of(two) == f"Open {derive('test.link', str(subject))} – schön\n"
    assert OutgoingMail.objects.get(pk=mail_id).in_doubt


def _until(holds: object) -> None:
    import time

    end = time.monotonic() + 120
    assert callable(holds)
    while not holds():
        assert time.monotonic() < end, "it never happened"
        threading.Event().wait(0.05)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", None),
        ("smtp://127.0.0.1:2525", Server("smtp", "127.0.0.1", 2525, "", "")),
        (
            "smtps://a%40b.example:p%3Aw@mail.example",
            Server("smtps", "mail.example", 465, "a@b.example", "p:w"),
        ),
        ("smtp+tls://u:p@mail.example/", Server("smtp+tls", "mail.example", 587, "u", "p")),
    ],
)
def test_the_mail_server_is_named_by_a_url(url: str, expected: Server | None) -> None:
    assert read_server(url) == expected


@pytest.mark.parametrize(
    "url", ["mail.example", "http://mail.example", "smtp://", "smtp://h:x", "smtp://h/a", "smtp://h?x=1"]
)
def test_an_unreadable_url_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(Unreadable, match="KINFOLD_EMAIL_URL"):
        read_server(url)


def test_a_password_in_the_clear_is_noticed() -> None:
    said = {
        url: read_server(url)
        for url in ("smtp://u:p@mail.example", "smtp://u:p@localhost", "smtps://u:p@mail.example")
    }
    assert [server.sends_password_in_clear for server in said.values() if server] == [True, False, False]
