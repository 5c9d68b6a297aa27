"""What belongs to logins: a passkey, links in mail, and an address that works nowhere yet."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.hashers import make_password
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from kinfold.domain.identity import links
from kinfold.domain.identity.models import Login
from kinfold.domain.kernel import secrets

if TYPE_CHECKING:
    from tests.architecture.stage import Stage


def account_things(stage: Stage) -> dict[str, object]:
    """What belongs to Nora's login: a passkey, another browser that is signed in, and a mailed link of each kind; and
    a login that works nowhere yet.

    The new address that a link proves is Lin's: a second factor can be added only when there is none to prove.
    """
    login_id, lin = stage.cast.nora.login_id, stage.cast.lin.login_id
    EmailAddress.objects.create(user_id=lin, email="lin.new@example.org", verified=False, primary=False)
    passkey = Authenticator.objects.create(
        user_id=login_id,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Red key", "credential": passkey_credential()},
    )
    return {
        "confirmed_email": _confirmed_login("wim@example.org"),
        "verify_key": _secret(links.issue(links.VERIFY, "lin.new@example.org", lin)),
        "reset_key": _secret(links.issue(links.RESET, stage.cast.nora.email, login_id)),
        "passkey": passkey.pk,
        "session": stage.sign_in("Nora elsewhere", login_id).session_id,
    }


def _confirmed_login(email: str) -> str:
    """The confirmed address of a new login."""
    login = Login.objects.create(email=email, full_name="Wim Aalto", password=make_password(None))
    EmailAddress.objects.create(user=login, email=email, verified=True, primary=True)
    return email


def _secret(link_id: UUID) -> str:
    found = links.secret_of(link_id)
    assert found is not None
    return found[1]


def passkey_credential() -> dict[str, Any]:
    """What a browser sends when it has made a passkey; a real key, whose private half is thrown away."""
    public = ES256.from_cryptography_key(  # type: ignore[no-untyped-call]
        ec.generate_private_key(ec.SECP256R1()).public_key()
    )
    key_id = secrets.digest(secrets.new_secret()).encode()
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    key = AttestedCredentialData.create(Aaguid(bytes(16)), key_id, public)
    data = AuthenticatorData.create(hashlib.sha256(b"localhost").digest(), flags, 0, key)
    client = CollectedClientData.create(CollectedClientData.TYPE.CREATE, b"challenge", "https://localhost")
    return {
        "id": websafe_encode(key_id),
        "rawId": websafe_encode(key_id),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(client),
            "attestationObject": websafe_encode(bytes(AttestationObject.create("none", data, {}))),
        },
        "clientExtensionResults": {"credProps": {"rk": True}},
    }
