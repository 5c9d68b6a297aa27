"""The front, logins and security, activity, and the first days of an installation."""

from __future__ import annotations

from kinfold.domain.access.permissions import Permission as P  # noqa: N817 -- a column of the table
from tests.architecture.routes.row import LINK, MEMBER, PUBLIC, SIGNED_IN, get, post

FRONT = (
    get("home", MEMBER, status=303),
    post("theme", PUBLIC, status=303, body={"theme": "dark"}),
    get("openapi", PUBLIC),
    get("api-docs", PUBLIC),
    get("help", PUBLIC),
    get("help-area", PUBLIC, at={"area": "help_area"}, absent=200),
)

ACCOUNT = (
    get("account_login", PUBLIC),
    post("account_login", PUBLIC, status=302, body={"login": "nora@example.org", "password": "{password}"}),
    get("account_logout", SIGNED_IN),
    post("account_logout", SIGNED_IN, status=302),
    get("account_inactive", PUBLIC),
    get("account_reauthenticate", SIGNED_IN),
    post("account_reauthenticate", SIGNED_IN, status=302, body={"password": "{password}"}),
    get("account_email", SIGNED_IN),
    post("account_email", SIGNED_IN, status=302, body={"email": "nora.weiss@example.org"}),
    get("account_email_verification_sent", PUBLIC),
    get("account_confirm_email", LINK, at={"key": "verify_key"}),
    post("account_confirm_email", LINK, status=303, at={"key": "verify_key"}),
    get("account_change_password", SIGNED_IN),
    post(
        "account_change_password",
        SIGNED_IN,
        status=302,
        body={"oldpassword": "{password}", "password1": "{new_password}", "password2": "{new_password}"},
    ),
    get("account_set_password", SIGNED_IN, status=302),
    post("account_set_password", SIGNED_IN, status=302),
    get("account_reset_password", PUBLIC),
    post("account_reset_password", PUBLIC, status=302, body={"email": "nora@example.org"}),
    get("account_reset_password_done", PUBLIC),
    get("account_reset_password_from_key_done", PUBLIC),
    get("account_reset_password_from_key", LINK, status=303, at={"key": "reset_key"}),
    post("account_reset_password_from_key", LINK, status=303, at={"key": "reset_key"}),
    get("sessions", SIGNED_IN),
    post("sessions-end-others", SIGNED_IN, status=303),
    post("session-end", SIGNED_IN, status=303, at={"session_id": "session"}),
)

SECURITY = (
    get("mfa_index", SIGNED_IN),
    get("mfa_authenticate", PUBLIC, status=302),
    post("mfa_authenticate", PUBLIC, status=302),
    get("mfa_reauthenticate", SIGNED_IN, status=302),
    post("mfa_reauthenticate", SIGNED_IN, status=302),
    get("mfa_activate_totp", SIGNED_IN),
    post("mfa_activate_totp", SIGNED_IN, status=422, body={"code": "000000"}),
    get("mfa_deactivate_totp", SIGNED_IN, status=404),
    post("mfa_deactivate_totp", SIGNED_IN, status=404),
    get("mfa_view_recovery_codes", SIGNED_IN, status=404),
    get("mfa_generate_recovery_codes", SIGNED_IN),
    post("mfa_generate_recovery_codes", SIGNED_IN, status=302),
    get("mfa_list_webauthn", SIGNED_IN),
    get("mfa_add_webauthn", SIGNED_IN),
    post("mfa_add_webauthn", SIGNED_IN, status=422, body={"name": "Key", "credential": "{{}}"}),
    get("mfa_login_webauthn", PUBLIC, status=302),
    post("mfa_login_webauthn", PUBLIC, status=302),
    get("mfa_reauthenticate_webauthn", SIGNED_IN),
    post("mfa_reauthenticate_webauthn", SIGNED_IN, status=302),
    get("mfa_edit_webauthn", SIGNED_IN, at={"pk": "passkey"}),
    post("mfa_edit_webauthn", SIGNED_IN, status=302, at={"pk": "passkey"}, body={"name": "Blue key"}),
    get("mfa_remove_webauthn", SIGNED_IN, at={"pk": "passkey"}),
    post("mfa_remove_webauthn", SIGNED_IN, status=302, at={"pk": "passkey"}),
)

ACTIVITY = (
    get("activity", P.AUDIT_OWN),
    get("activity-of", P.AUDIT_OWN, at={"subject_id": "client_id"}, absent=200),
    get("/activity", P.AUDIT_OWN),
)

FIRST_DAYS = (
    get("setup", PUBLIC, status=410),
    post("setup", PUBLIC, status=410),
    get("demo-mail", MEMBER, status=404),
)
