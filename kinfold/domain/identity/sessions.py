"""Where sessions are kept, and the one place that ends them for time.

The cookie is a random key; the table holds its SHA-256 and the content under encryption. A session ends
after 30 minutes without a request and 12 hours after signing in (RELIABILITY section 2). Both ends are kept
in one column, moved at most once a minute, so reading a page rarely writes.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet

from kinfold.domain.identity.models import LastSeen, Login, LoginSession
from kinfold.domain.identity.vault import SealBroken, seal, unseal
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.prepared import prepared
from kinfold.domain.kernel.secrets import digest

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
_LOGIN = tuple(field.attname for field in Login._meta.concrete_fields)


class SessionStore(SessionBase):
    """Django's session interface over `LoginSession`. `login` is whose it was when its content was read."""

    def __init__(self, session_key: str | None = None, device: str = "Unknown device") -> None:
        super().__init__(session_key)
        self.login: Login | None = None
        self._device = device
        self._started_at: datetime | None = None

    def load(self) -> dict[str, Any]:
        """The content of a session that has not ended; an empty one otherwise."""
        key, now = digest(self.session_key or ""), clock.now()
        for sealed, started_at, last_seen_at, login_id, *login in _open_session(digest=key, now=now):
            try:
                content: dict[str, Any] = json.loads(unseal("session", sealed, bound_to=key))
            except SealBroken:  # the installation key was replaced: everybody signs in again
                break
            self._started_at = started_at
            self.login = Login.from_db(None, _LOGIN, login) if login_id else None
            if now - last_seen_at >= SEEN_EVERY:
                LoginSession.objects.filter(digest=key, last_seen_at=last_seen_at).update(
                    last_seen_at=now, expires_at=_end(started_at, now)
                )
            return content
        self._session_key = None
        return {}

    def exists(self, session_key: str) -> bool:
        """Whether a key is taken."""
        return LoginSession.objects.filter(digest=digest(session_key)).exists()

    def create(self) -> None:
        """Start a session under a new key."""
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        """Keep the content; raises UpdateError when the session was ended meanwhile."""
        if self.session_key is None:
            self.create()
            return
        content = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        now = clock.now()
        started_at = self._started_at or now
        key = digest(self.session_key)
        values = {
            "login_id": content.get(SESSION_KEY),
            "sealed": seal("session", json.dumps(content, separators=(",", ":")), bound_to=key),
            "last_seen_at": now,
            "expires_at": _end(started_at, now),
        }
        if not must_create:
            if not LoginSession.objects.filter(digest=key).update(**values):
                raise UpdateError
            return
        try:
            with transaction.atomic():
                LoginSession.objects.create(digest=key, device=self._device, started_at=started_at, **values)
        except IntegrityError as error:
            if self.exists(self.session_key):
                raise CreateError from error
            raise
        self._started_at = started_at

    def delete(self, session_key: str | None = None) -> None:
        """End this session, or the one of a key."""
        key = session_key or self.session_key
        if key:
            end_all(LoginSession.objects.filter(digest=digest(key)))

    def flush(self) -> None:
        """End this session and go on with a fresh one."""
        super().flush()
        self.login = self._started_at = None

    def cycle_key(self) -> None:
        """The same content under a new key. Signing in starts the 12 hours; changing a password does not."""
        if SESSION_KEY not in self:
            self._started_at = None
        super().cycle_key()

    @classmethod
    def clear_expired(cls) -> None:
        """Delete sessions that have ended."""
        end_all(LoginSession.objects.filter(expires_at__lte=clock.now()))


def end_all(sessions: QuerySet[LoginSession]) -> int:
    """End these sessions and keep when each login was last seen in one. Returns how many ended."""
    seen = sessions.filter(login__isnull=False).order_by().values("login_id").annotate(at=Max("last_seen_at"))
    found = {row["login_id"]: row["at"] for row in seen}
    before = dict(LastSeen.objects.filter(login_id__in=found).values_list("login_id", "at"))
    kept = [LastSeen(login_id=login, at=max(at, before.get(login, at))) for login, at in found.items()]
    LastSeen.objects.bulk_create(kept, update_conflicts=True, unique_fields=["login"], update_fields=["at"])
    return sessions.delete()[0]


@prepared
def _open_session(*, digest: str, now: datetime) -> QuerySet[LoginSession, Any]:
    return LoginSession.objects.filter(digest=digest, expires_at__gt=now).values_list(
        "sealed", "started_at", "last_seen_at", "login_id", *(f"login__{field}" for field in _LOGIN)
    )


def _end(started_at: datetime, now: datetime) -> datetime:
    return min(now + IDLE, started_at + ABSOLUTE)
