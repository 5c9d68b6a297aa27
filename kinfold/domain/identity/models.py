"""What is stored about a login, and can never be wrong.

None of these tables belong to a practice: one login may be a member of one practice and a client of
several (SPEC section 1), and it is the same person everywhere.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from kinfold.domain.identity.passwords import LENGTH_ALONE, normalised


class LoginManager(BaseUserManager["Login"]):
    """Finds logins by their canonical e-mail address."""

    def get_by_natural_key(self, username: str | None) -> Login:
        """Django's own name for "the login with this e-mail address"."""
        return self.get(email=username)


class Login(AbstractBaseUser):
    """An identity: a verified e-mail address, a password or passkey, a second factor.

    It carries no rights. What a person may do comes from their memberships, read afresh on every
    request, so there is no `is_staff`, no superuser and no group here. `last_login` is left out
    too: a login is rarely written, and the sessions already say when somebody signed in.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.CharField(max_length=254, unique=True)
    full_name = models.CharField(max_length=200)
    # Whether the password is long enough to be the only proof: without this, taking the second factor away
    # would leave a short password alone, and nobody can measure a hash.
    password_stands_alone = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_login = None

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    objects: ClassVar[LoginManager] = LoginManager()

    class Meta:
        constraints = [
            # The canonical form is ASCII, so the database itself can hold one letter case.
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="login_email_is_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def get_full_name(self) -> str:
        """The name as the person wrote it."""
        return self.full_name

    def set_password(self, raw_password: str | None) -> None:
        """Keep the hash of a password, and whether it is long enough without a second factor."""
        if raw_password is not None:
            raw_password = normalised(raw_password)
        self.password_stands_alone = len(raw_password or "") >= LENGTH_ALONE
        super().set_password(raw_password)

    def check_password(self, raw_password: str) -> bool:
        """Whether this is the password, however the keyboard composed its letters."""
        return super().check_password(normalised(raw_password))


class LoginSession(models.Model):
    """One browser that is signed in, or on its way.

    The row is found by the digest of the cookie and holds its content encrypted with a key that is not
    in the database, so whoever reads the table can neither sign in nor read a half-finished second
    factor. `allauth.usersessions` would keep the cookie in the clear, so it is not used.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    login = models.ForeignKey(Login, null=True, on_delete=models.CASCADE, related_name="+")
    sealed = models.TextField()
    device = models.CharField(max_length=60)
    started_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)


class LastSeen(models.Model):
    """When a login was last at work, written as its sessions end; open sessions say it themselves.

    A login is rarely written, so this is no column of it, and no request writes it.
    """

    login = models.OneToOneField(Login, on_delete=models.CASCADE, primary_key=True, related_name="+")
    at = models.DateTimeField()


class EmailedLink(models.Model):
    """A link that was mailed to somebody, single use and of one purpose.

    Its meaning is in this row and never in the link. The secret is derived from the installation key, the
    id and the nonce, so that a mail sent twice carries the same link; only its digest is stored. A row
    without a login is a reset that somebody asked for: whether there is a login is looked up when the mail
    is made, so that asking takes the same time for a known and an unknown address.
    """

    class Purpose(models.TextChoices):
        """What the link lets its holder do."""

        RESET = "reset", "choose a new password"
        VERIFY = "verify", "prove an email address"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    login = models.ForeignKey(Login, null=True, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    email = models.CharField(max_length=254)
    nonce = models.CharField(max_length=32)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Notice(models.Model):
    """Something about a login was changed, and a mail to this address says so."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    login = models.ForeignKey(Login, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=30)
    email = models.CharField(max_length=254)
    happened_at = models.DateTimeField()


class Attempts(models.Model):
    """How much of one limit one subject has used up, as a single number that the database counts exactly.

    `busy_until` is in milliseconds since 1970: every try moves it on by the pause that the limit asks for.
    The key is a keyed digest, so the table names no address and no person.
    """

    key = models.CharField(max_length=43, primary_key=True)
    busy_until = models.BigIntegerField()


class UsedCode(models.Model):
    """A code of an authenticator app that was accepted once and will not be again."""

    login = models.ForeignKey(Login, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=43)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("login", "digest"), name="used_code_once")]


class InitialPassword(models.Model):
    """A first password that a practice chose for somebody whose record exists: it opens nothing by itself.

    It belongs to no login. Whoever knows it and the address is mailed a registration code, and chooses a password of
    their own. The table belongs to no practice, for the reason that codes have; `address` is a keyed digest, so that it
    names nobody. `made_in` is the import that brought it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_id = models.UUIDField(unique=True)
    for_practice = models.UUIDField()
    made_in = models.UUIDField(db_index=True)
    address = models.CharField(max_length=43, db_index=True)
    verifier = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()


class RegistrationCode(models.Model):
    """A code by which somebody whose record exists makes their login; one open code for each record.

    Of the code itself there is only a selector, by which the row is found, and an argon2 verifier. The table belongs to
    no practice, since whoever types a code has not said which practice it is of: the row says that. `sent_to` is the
    address a code was mailed to, and so proves; it is empty for a code that was shown to somebody else to hand over.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    for_practice = models.UUIDField()
    selector = models.CharField(max_length=5, unique=True)
    verifier = models.CharField(max_length=150)
    nonce = models.CharField(max_length=32)
    sent_to = models.CharField(max_length=254, blank=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    # Used, or replaced by a newer one.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("kind", "subject_id"),
                condition=models.Q(ended_at__isnull=True),
                name="registration_code_one_open",
            )
        ]
