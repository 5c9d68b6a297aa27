"""How an installation is configured. Everything an operator sets is an environment variable listed here.

KINFOLD_HOME (data, default `var/`) · DATABASE_URL (default SQLite there) · KINFOLD_MIGRATION_DATABASE_URL (PostgreSQL:
the tables' owner, for migrations only) · KINFOLD_EMAIL_URL (default: files under KINFOLD_HOME/mail)
KINFOLD_EMAIL_FROM · KINFOLD_PUBLIC_URL (where people reach this installation; links in mail start with it) ·
KINFOLD_SECRET_KEY · KINFOLD_TRUSTED_PROXIES (how many proxies of your own stand before Kinfold, default 0; limits by
address need it)
"""

from __future__ import annotations

import os
import sys
from typing import Any
from urllib.parse import urlsplit

try:
    # The interpreter's own SQLite may be one that can corrupt a WAL database (up to 3.51.2); the wheel's is not.
    import pysqlite3
except ImportError:  # no wheel for this machine: `kinfold check` says so
    pass
else:
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2

import dj_database_url
from csp.constants import NONCE, NONE, SELF

from .installation import home, secret_key

HOME = home()
SECRET_KEY = secret_key(HOME)
DEBUG = False
PUBLIC_URL = os.environ.get("KINFOLD_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
_public = urlsplit(PUBLIC_URL)
SECURE = _public.scheme == "https"
ALLOWED_HOSTS = sorted({_public.hostname or "127.0.0.1", "127.0.0.1", "localhost"})
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "kinfold.domain.kernel",
    "kinfold.domain.audit",
    "kinfold.domain.messages",
    "kinfold.domain.identity",
    "kinfold.domain.practices",
    "kinfold.domain.access",
    "kinfold.domain.changes",
    "kinfold.domain.team",
    "kinfold.domain.credentials",
    "kinfold.domain.clients",
    "kinfold.domain.care",
    "kinfold.domain.intake",
    "kinfold.domain.own",
    "kinfold.domain.records",
    "kinfold.domain.imports",
    "kinfold.domain.exports",
    "kinfold.entrypoints.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kinfold.entrypoints.web.middleware.ContentPolicy",
    "kinfold.entrypoints.web.identity.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "kinfold.entrypoints.web.middleware.FormTokens",
    "kinfold.entrypoints.web.identity.middleware.LoginMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "kinfold.entrypoints.web.middleware.PrivatePages",
]

ROOT_URLCONF = "kinfold.config.urls"
WSGI_APPLICATION = "kinfold.config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "kinfold.entrypoints.web.jinja.environment",
            "context_processors": ["kinfold.entrypoints.web.identity.context.account_pages"],
        },
    },
    {
        # For the few parts of Django and allauth that render their own templates (mail bodies, form widgets).
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]

# --- data -------------------------------------------------------------------------------------------------------

DEFAULT_DATABASE_URL = f"sqlite:///{HOME / 'kinfold.sqlite3'}"
DATABASE_URL = os.environ.get("DATABASE_URL", DEFAULT_DATABASE_URL)
MIGRATION_DATABASE_URL = os.environ.get("KINFOLD_MIGRATION_DATABASE_URL")
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000; PRAGMA foreign_keys=ON; "
    "PRAGMA mmap_size=0; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA secure_delete=ON; "
    # The worker moves the log into the database before it is as long as this (`kernel.worker`).
    "PRAGMA wal_autocheckpoint=40000;"
)


def database(url: str) -> dict[str, Any]:
    """One database as RELIABILITY section 2 configures it."""
    config: dict[str, Any] = dict(dj_database_url.parse(url))
    if url.startswith("sqlite"):
        config["ENGINE"] = "kinfold.config.sqlite"
        config["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "init_command": SQLITE_PRAGMAS, "timeout": 20}
    else:
        config["ENGINE"] = "kinfold.config.postgres"
        config["OPTIONS"] = {
            **config.get("OPTIONS", {}),
            "server_side_binding": True,
            # Kinfold prepares its own (config/postgres). The driver's keeping would forget those too, after a rollback.
            "prepare_threshold": None,
            # A practice's rows are in memory, where a page costs little more than a row: with what a disk takes, a plan
            # for all values looks worse than one for these, and is made anew each time. The same few queries come with
            # every request; compiling them to machine code costs more than it saves.
            "options": "-c statement_timeout=60000 -c lock_timeout=20000 -c idle_in_transaction_session_timeout=60000 "
            "-c jit=off -c seq_page_cost=0.1 -c random_page_cost=0.11",
        }
    config["CONN_MAX_AGE"] = None
    config["ATOMIC_REQUESTS"] = False
    return config


DATABASES = {"default": database(DATABASE_URL)}
# The same database as its owner, for migrations only.
MIGRATION_DATABASE = database(MIGRATION_DATABASE_URL) if MIGRATION_DATABASE_URL else None
# The role that owns no table, and that migrations grant its rights; None where one role does everything.
DATABASE_APP_ROLE: str | None = urlsplit(DATABASE_URL).username if MIGRATION_DATABASE_URL else None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Files of clients are read whole, and nothing of them is written outside of KINFOLD_HOME.
FILE_UPLOAD_HANDLERS = ["kinfold.entrypoints.web.uploads.InMemory"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# Enough for a list of 2,000 people, so that its form comes back with everything typed and says how many are too many.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# --- web --------------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False  # one language: asking for it on each link and form costs more than links and forms do
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
MESSAGE_STORAGE = "kinfold.entrypoints.web.toasts.Toasts"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "kinfold.config.answers.forbidden"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-kinfold" if SECURE else "kinfold"
CSRF_COOKIE_NAME = "__Host-kinfold-csrf" if SECURE else "kinfold-csrf"
TOASTS_COOKIE_NAME = "__Host-kinfold-toasts" if SECURE else "kinfold-toasts"
SECURE_SSL_REDIRECT = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_HSTS_SECONDS = 63072000 if SECURE else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SILENCED_SYSTEM_CHECKS: list[str] = []

# --- mail and background work -------------------------------------------------------------------------------------

EMAIL_URL = os.environ.get("KINFOLD_EMAIL_URL", "")
DEFAULT_FROM_EMAIL = os.environ.get("KINFOLD_EMAIL_FROM", "Kinfold <kinfold@localhost>")
MAIL_FOLDER = HOME / "mail"
# Where links in mail lead; a test holds them equal to the routes.
INVITATION_PATH = "/invitations/{}/"
CLIENT_INVITATION_PATH = "/invited/{}/"
REGISTER_PATH = "/register/"
TEAM_PATH = "/manage/team/"
REQUESTS_PATH = "/manage/clients/?show=pending"
CREDENTIALS_PATH = "/manage/team/{}/credentials/"
OWN_CREDENTIALS_PATH = "/account/credentials/"
IMPORT_FOLDER = HOME / "imports"
EXPORT_FOLDER = HOME / "exports"

# --- logging: ids and counts, never what people typed ---------------------------------------------------------------

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django.request": {"level": "ERROR"}, "django.db.backends": {"level": "WARNING"}},
}

from .identity_settings import *  # noqa: E402,F403
