"""A real mail server for tests, and a worker as a program of its own that can be killed."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

from aiosmtpd.controller import Controller
from django.conf import settings
from django.test import override_settings

from kinfold.domain.kernel import tasks

if TYPE_CHECKING:
    from collections.abc import Generator

    from aiosmtpd.smtp import SMTP, Envelope, Session

Answer = str
logging.getLogger("mail.log").setLevel(logging.WARNING)  # it tells every word of every conversation
PATIENCE = 30.0


class MailServer:
    """What arrived, in order. `on_text` may answer otherwise, or hold the sender back, before a mail is accepted."""

    def __init__(self) -> None:
        self.arrived: list[EmailMessage] = []
        self.text_came = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()
        self.answers: dict[str, Answer] = {}
        self.drops_connection = False
        self.url = ""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Accept or refuse a recipient."""
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail and answer."""
        if answer := self.answers.get("DATA"):
            return answer
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.arrived.append(message)
        self.text_came.set()
        if not self.go_on.is_set():
            await server.loop.run_in_executor(None, self.go_on.wait, PATIENCE)
        if self.drops_connection:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 OK"

    @property
    def texts(self) -> list[str]:
        """The bodies of what arrived."""
        return [text_of(message) for message in self.arrived]


@contextmanager
def mail_server() -> Generator[MailServer, None, None]:
    """A mail server on a free port, to which this process and programs it starts send their mail meanwhile."""
    handler = MailServer()
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    handler.url = f"smtp://127.0.0.1:{port}"
    before = os.environ.get("KINFOLD_EMAIL_URL")
    os.environ["KINFOLD_EMAIL_URL"] = handler.url
    try:
        with override_settings(EMAIL_URL=handler.url):
            yield handler
    finally:
        handler.go_on.set()
        controller.stop()
        if before is None:
            del os.environ["KINFOLD_EMAIL_URL"]
        else:
            os.environ["KINFOLD_EMAIL_URL"] = before


def free_port() -> int:
    """A port that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert isinstance(port, int)
    return port


def text_of(message: EmailMessage) -> str:
    """The plain text of a mail, with the line ends it was written with."""
    body = message.get_body(("plain",))
    assert body is not None
    content = body.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


def delivered() -> list[EmailMessage]:
    """Do all queued work in this process, and return every mail written to this installation's folder, oldest first."""
    tasks.run_pending()
    found = []
    for path in sorted(Path(settings.MAIL_FOLDER).glob("*.eml")):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert isinstance(message, EmailMessage)
        found.append(message)
    return found


@contextmanager
def worker(*imports: str) -> Generator[subprocess.Popen[bytes], None, None]:
    """A worker as a program, on the database of this test process. It is killed at the end if it still runs."""
    lines = (
        "import os, django",
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'kinfold.config.settings')",
        "django.setup()",
        *(f"import {name}" for name in imports),
        "from kinfold.domain.kernel.worker import Worker",
        "Worker().run()",
    )
    process = subprocess.Popen([sys.executable, "-c", "\n".join(lines)], stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate(timeout=PATIENCE)
