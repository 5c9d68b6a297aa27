"""Where mail goes: to a mail server, or into files while none is configured."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import NoReturn, Protocol
from urllib.parse import unquote, urlsplit

PORTS = {"smtp": 25, "smtps": 465, "smtp+tls": 587}
TIMEOUT = 10.0  # seconds for each step
ANSWER_TIMEOUT = 60.0  # for the answer to the text: servers look at it for spam first


class Refused(Exception):
    """The mail server will never take this mail."""


class NoAnswer(Exception):
    """The text was handed over and the connection ended without an answer: it may have arrived or not."""


class Unreadable(ValueError):
    """KINFOLD_EMAIL_URL cannot be understood. The message says how it is written, and not what it was."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server as KINFOLD_EMAIL_URL names it."""

    scheme: str
    host: str
    port: int
    user: str
    password: str

    @property
    def sends_password_in_clear(self) -> bool:
        """Whether a password would cross a network unencrypted."""
        return (
            bool(self.password)
            and self.scheme == "smtp"
            and self.host not in {"localhost", "127.0.0.1", "::1"}
        )


def read_server(url: str) -> MailServer | None:
    """The server of `smtp://`, `smtps://` or `smtp+tls://user:password@host:port`; None for no URL: files.

    Raises Unreadable.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Unreadable("KINFOLD_EMAIL_URL has a port that is not a number.") from None
    if parts.scheme not in PORTS or not parts.hostname or parts.path not in {"", "/"} or parts.query:
        raise Unreadable(
            "KINFOLD_EMAIL_URL is written smtp://user:password@host:port, smtps://… or smtp+tls://… "
            "(with %40 for an @ in the user or password)."
        )
    return MailServer(
        parts.scheme,
        parts.hostname,
        port or PORTS[parts.scheme],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail and its envelope. `handing_over` is called when from now on nobody can say that it was not sent."""

    message: EmailMessage
    sender: str
    to: str
    handing_over: Callable[[], None]


class Transport(Protocol):
    """Something that takes a mail away."""

    def send(self, letter: Letter) -> None: ...


@dataclass(frozen=True, slots=True)
class Smtp:
    """Sends through a mail server, one connection for each mail."""

    server: MailServer
    own_name: str

    def send(self, letter: Letter) -> None:
        """Send. Raises Refused, NoAnswer, or what smtplib and the network raise: then it was certainly not sent."""
        connection = self._connect()
        try:
            code, _ = connection.mail(letter.sender)
            if code != 250:
                raise smtplib.SMTPSenderRefused(code, b"", letter.sender)
            code, _ = connection.rcpt(letter.to)
            if code not in {250, 251}:
                _say_no("the recipient", code)
            letter.handing_over()
            code = _hand_over(connection, letter.message.as_bytes())
            if code != 250:
                _say_no("the mail", code)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                connection.quit()
            connection.close()

    def _connect(self) -> smtplib.SMTP:
        server = self.server
        connection: smtplib.SMTP
        if server.scheme == "smtps":
            connection = smtplib.SMTP_SSL(
                server.host, server.port, self.own_name, timeout=TIMEOUT, context=ssl.create_default_context()
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, self.own_name, timeout=TIMEOUT)
        try:
            if server.scheme == "smtp+tls":
                connection.starttls(context=ssl.create_default_context())
            connection.ehlo_or_helo_if_needed()
            if server.user:
                connection.login(server.user, server.password)
        except BaseException:
            connection.close()
            raise
        return connection


def _hand_over(connection: smtplib.SMTP, text: bytes) -> int:
    if connection.sock is not None:
        connection.sock.settimeout(ANSWER_TIMEOUT)
    try:
        code, _ = connection.data(text)
    except smtplib.SMTPDataError as error:  # refused before any of the text was sent
        return error.smtp_code
    except (OSError, smtplib.SMTPException) as error:
        raise NoAnswer(type(error).__name__) from error
    return code


def _say_no(what: str, code: int) -> NoReturn:
    if code >= 500:
        raise Refused(f"{what} was refused ({code})")
    raise smtplib.SMTPResponseException(code, b"")


@dataclass(frozen=True, slots=True)
class Files:
    """Writes each mail into a private folder; sending one again writes the same file again."""

    folder: Path
    name: str

    def send(self, letter: Letter) -> None:
        """Write the mail. The file appears complete or not at all, so there is never a doubt."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self.folder / f".{self.name}.part"
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(letter.message.as_bytes())
        unfinished.rename(self.folder / f"{self.name}.eml")
