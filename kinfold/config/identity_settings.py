"""Settings of logins, sessions and allauth, its weak defaults closed as RELIABILITY section 2 lists."""

from __future__ import annotations

import os
from datetime import timedelta

AUTH_USER_MODEL = "identity.Login"
# No ModelBackend: rights never come from Django's permission tables, and allauth's backend hashes a password
# even when the login is unknown.
AUTHENTICATION_BACKENDS = ["kinfold.domain.identity.backends.LoginBackend"]
PASSWORD_HASHERS = ["kinfold.domain.identity.hashers.Argon2id"]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "kinfold.domain.identity.validators.PasswordRules"}]
PASSWORD_RESET_TIMEOUT = 0  # Django's own reset tokens are not used (see identity/links.py)

SESSION_ENGINE = "kinfold.domain.identity.sessions"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"

# Where the links in mails lead; the domain knows no routes.
IDENTITY_RESET_PATH = "/account/password/reset/link/{}/"
IDENTITY_VERIFY_PATH = "/account/email/confirm/{}/"
IDENTITY_FORGOT_PATH = "/account/password/reset/"

ACCOUNT_ADAPTER = "kinfold.entrypoints.web.identity.adapter.AccountAdapter"
ACCOUNT_USER_DISPLAY = "kinfold.entrypoints.web.identity.adapter.display_name"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
# Sign-up is closed (AccountAdapter.is_open_for_signup); these only keep allauth's own checks content.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGIN_TIMEOUT = 900
# allauth counts in a cache, without a lock across processes; Kinfold counts in the database (identity/limits.py).
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False
ACCOUNT_FORMS = {
    "login": "kinfold.entrypoints.web.identity.forms.SignInForm",
    "add_email": "kinfold.entrypoints.web.identity.forms.ChangeEmailForm",
    "change_password": "kinfold.entrypoints.web.identity.forms.ChangePasswordForm",
    "reset_password": "kinfold.entrypoints.web.identity.forms.AskForResetForm",
}

# How many proxies of the operator's own stand before Kinfold. Limits by address need the visitor's, and whoever
# is not behind a proxy could make one up in the header, so by default the header is not read.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("KINFOLD_TRUSTED_PROXIES", "0"))

MFA_ADAPTER = "kinfold.entrypoints.web.identity.mfa.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
MFA_TOTP_ISSUER = "Kinfold"
MFA_TOTP_TOLERANCE = 1  # one step of clock drift; a code is refused the second time (identity/codes.py)
MFA_RECOVERY_CODE_COUNT = 10
MFA_RECOVERY_CODE_DIGITS = 12
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_REAUTHENTICATION_REQUIRED = True
MFA_ALLOW_UNVERIFIED_EMAIL = False
MFA_TRUST_ENABLED = False
MFA_FORMS = {
    "authenticate": "kinfold.entrypoints.web.identity.mfa.CodeForm",
    "reauthenticate": "kinfold.entrypoints.web.identity.mfa.ConfirmCodeForm",
    "activate_totp": "kinfold.entrypoints.web.identity.mfa.AddAppForm",
    "add_webauthn": "kinfold.entrypoints.web.identity.mfa.AddPasskeyForm",
    "authenticate_webauthn": "kinfold.entrypoints.web.identity.mfa.PasskeyForm",
    "reauthenticate_webauthn": "kinfold.entrypoints.web.identity.mfa.ConfirmPasskeyForm",
    "login_webauthn": "kinfold.entrypoints.web.identity.mfa.SignInPasskeyForm",
}
