"""Killed anywhere, an import leaves nothing or everything (RELIABILITY section 3)."""

from __future__ import annotations

import signal
import subprocess
import sys
from uuid import UUID

import pytest

from kinfold.domain.audit.models import AuditEntry
from kinfold.domain.audit.trail import verify
from kinfold.domain.clients.models import Client, ClientTag, ClientWord, Tag
from kinfold.domain.imports.commands import StartImport, UploadFile, start_import, upload_file
from kinfold.domain.imports.models import Import, StagedRows
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tasks import LEASE, run_pending
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import PracticeTally
from tests.personas import Cast

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 300
FILE = "\n".join(
    [
        "first_name,last_name,email,dob,sex,tag",
        *(
            f"Ann{number},Lee,ann{number}@mail.example,1990-01-01,f,Group {number % 3}"
            for number in range(PEOPLE)
        ),
        "",
    ]
).encode()

# A worker that dies by SIGKILL when the `count`th call of one function is over.
WORKER = """
import os, signal, sys
import django
django.setup()
from importlib import import_module
place, _, name = sys.argv[1].rpartition(".")
module, left = import_module(place), int(sys.argv[2])
function = getattr(module, name)
def deadly(*given, **named):
    global left
    result = function(*given, **named)
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    return result
setattr(module, name, deadly)
from kinfold.domain.kernel.tasks import run_pending
run_pending()
"""


def dies_after(function: str, count: int = 1) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WORKER, f"kinfold.domain.{function}", str(count)],
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def state(cast: Cast) -> tuple[str, int, int, int, int, int]:
    with entered(cast.alder.practice_id):
        new = Client.objects.filter(made_in__isnull=False)
        return (
            Import.objects.get().state,
            new.count(),
            ClientWord.objects.filter(client_id__in=new.values("id")).values("client_id").distinct().count(),
            ClientTag.objects.count(),
            Tag.objects.count(),
            PracticeTally.objects.get().active_clients,
        )


def work_goes_on() -> None:
    """Another worker takes over once the dead one's lease is over."""
    with clock.frozen_at(clock.now() + LEASE * 2):
        run_pending()


def upload(cast: Cast) -> UUID:
    return upload_file(cast.ada.actor, UploadFile(file_name="people.csv", content=FILE))


@pytest.mark.parametrize(
    "function",
    [
        pytest.param("imports.work.read", marks=pytest.mark.long),
        pytest.param("imports.work.likely_duplicates", marks=pytest.mark.long),
        pytest.param("imports.work.identities", marks=pytest.mark.long),
        pytest.param("imports.work.record_check", marks=pytest.mark.long),
        "audit.trail.record",
    ],
)
def test_a_worker_killed_while_checking(cast: Cast, function: str) -> None:
    before = upload(cast)
    dies_after(function)
    assert state(cast)[1:4] == (0, 0, 0)
    work_goes_on()
    with entered(cast.alder.practice_id):
        job = Import.objects.get(pk=before)
        assert (job.state, job.ready) == ("ready", PEOPLE)
        assert sum(StagedRows.objects.values_list("count", flat=True)) == PEOPLE
        assert AuditEntry.objects.filter(action="import.checked").count() == 1


@pytest.mark.parametrize(
    ("function", "count", "committed"),
    [
        pytest.param("imports.work.prepare", 1, False, marks=pytest.mark.long),
        pytest.param("imports.publishing.insert", 1, False, marks=pytest.mark.long),
        ("imports.publishing.insert", 2, False),
        pytest.param("imports.publishing.insert", 3, False, marks=pytest.mark.long),
        pytest.param("imports.work.publish", 1, False, marks=pytest.mark.long),
        ("audit.trail.record", 1, False),
        ("imports.work.apply_import", 1, True),
    ],
)
def test_a_worker_killed_while_importing(cast: Cast, function: str, count: int, committed: bool) -> None:
    import_id = upload(cast)
    run_pending()
    already = state(cast)[5]
    start_import(cast.ada.actor, StartImport(import_id=import_id))
    dies_after(function, count)
    everything = ("done", PEOPLE, PEOPLE, PEOPLE, 3, already + PEOPLE)
    assert state(cast) == (everything if committed else ("running", 0, 0, 0, 0, already))
    work_goes_on()
    assert state(cast) == everything
    with entered(cast.alder.practice_id):
        assert AuditEntry.objects.filter(action="import.applied").count() == 1
    assert verify(cast.alder.practice_id).fault is None
