"""Fills the peer's database and signs its superuser in: `python -m bench.peer.seed COUNT`."""

from __future__ import annotations

import json
import os
import sys
from itertools import islice

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.peer.settings")
django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.peer.models import Client, Tag, Therapist  # noqa: E402
from bench.people import CLINICIANS, TAGS, people  # noqa: E402

BATCH = 2000


def main() -> None:
    """Migrate, fill, sign in, print."""
    call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
    with transaction.atomic():
        therapists = Therapist.objects.bulk_create(
            Therapist(name=f"Clinician {n:02d}") for n in range(CLINICIANS)
        )
        tags = Tag.objects.bulk_create(Tag(name=name) for name in TAGS)
        _clients(int(sys.argv[1]), therapists, tags)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    print(json.dumps({"session": _session(), "therapist": therapists[3].pk, "tag": tags[2].pk}))


def _clients(count: int, therapists: list[Therapist], tags: list[Tag]) -> None:
    rows = people(count)
    now = timezone.now()
    link = Client.tags.through
    while batch := list(islice(rows, BATCH)):
        made = Client.objects.bulk_create(
            Client(
                first_name=p.first_name,
                last_name=p.last_name,
                email=p.email,
                birth_date=p.birth_date,
                sex_at_birth=p.sex_at_birth,
                external_id=p.external_id,
                therapist=therapists[p.clinician] if p.clinician is not None else None,
                created_at=now,
                updated_at=now,
            )
            for p in batch
        )
        link.objects.bulk_create(
            link(client_id=client.pk, tag_id=tags[tag].pk)
            for client, person in zip(made, batch, strict=True)
            for tag in person.tags
        )


def _session() -> str:
    user = User.objects.create_superuser("bench", "bench@mail.example", None)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    main()
