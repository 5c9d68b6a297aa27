"""`kinfold import-clients`, run as an operator runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from kinfold.domain.clients.models import Client
from kinfold.domain.imports.models import Import, StagedRows
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import Practice
from kinfold.entrypoints.cli import cli
from tests.domain.imports.workbooks import workbook
from tests.personas import Cast

pytestmark = pytest.mark.django_db

SPREADSHEET = "Id;BIRTHDATE;DEATHDATE;SSN;PREFIX;FIRST;LAST;MAIDEN;GENDER;ADDRESS;ZIP"
PEOPLE = [
    "a1;5/25/1989;;999-76-6866;Mr.;José Eduardo181;Gómez206;;M;427 Balistreri Way;1013",
    "a2;11/14/1983;;999-73-5361;Mr.;Milo271;Feil794;;M;422 Farrell Path;2143",
    "a3;7/27/2017;;999-68-6630;;Jacinto644;Kris249;;F;888 Hickle Ferry;1106",
]
MAPPING = (
    "Id=external_id", "BIRTHDATE=birth_date", "FIRST=first_name", "LAST=last_name", "GENDER=sex_at_birth",
)  # fmt: skip


WITHOUT_BOTH = (
    "No column is matched to Date of birth or Sex at birth: these clients are added without a date of birth and with "
    "sex at birth unknown, until somebody enters them."
)


class Ran(NamedTuple):
    status: int
    out: dict[str, Any]
    text: str


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text("\n".join([SPREADSHEET, *PEOPLE, ""]))
    return path


def command(file: Path, practice: str, who: str, *options: str) -> list[str]:
    return ["import-clients", str(file), "--practice", practice, "--as", who, *options]


def run(
    file: Path,
    *options: str,
    practice: str = "alder-creek",
    who: str = "ada@example.org",
    as_json: bool = True,
) -> Ran:
    options = (*options, "--json") if as_json else options
    done = CliRunner().invoke(cli, command(file, practice, who, *options))
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return Ran(done.exit_code, json.loads(done.stdout) if as_json else {}, done.output)


def imported(cast: Cast) -> set[str]:
    with entered(cast.alder.practice_id):
        return set(Client.objects.filter(made_in__isnull=False).values_list("external_id", flat=True))


def let_clients_be_without_email(cast: Cast) -> None:
    Practice.objects.filter(pk=cast.alder.practice_id).update(clients_need_email=False)


@pytest.mark.django_db(transaction=True)
def test_an_operator_s_shell_sees_the_result_and_the_status(cast: Cast, file: Path) -> None:
    let_clients_be_without_email(cast)
    words = command(file, "alder-creek", "ada@example.org", "--json")
    for status, count in ((0, 3), (1, 0)):
        done = subprocess.run(
            [sys.executable, "-m", "kinfold", *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert (done.returncode, done.stderr) == (status, "")
        assert json.loads(done.stdout)["imported"] == count
    assert imported(cast) == {"a1", "a2", "a3"}


@pytest.mark.requirement("U57")
def test_a_spreadsheet_of_a_record_system_comes_in_once(cast: Cast, file: Path) -> None:
    let_clients_be_without_email(cast)
    mapping = [part for pair in MAPPING for part in ("--map", pair)]
    first = run(file, *mapping)
    assert first.status == 0
    assert (first.out["imported"], first.out["duplicates"], first.out["errors"]) == (3, 0, [])
    assert imported(cast) == {"a1", "a2", "a3"}

    second = run(file, *mapping)
    assert second.status == 1
    assert (second.out["imported"], second.out["duplicates"], second.out["errors"]) == (0, 3, [])
    assert [row["line"] for row in second.out["likely_duplicates"]] == [2, 3, 4]
    assert len(imported(cast)) == 3


def test_clients_are_updated_where_that_is_asked_for(cast: Cast, file: Path) -> None:
    let_clients_be_without_email(cast)
    mapping = [part for pair in MAPPING for part in ("--map", pair)]
    run(file, *mapping)
    file.write_text(file.read_text().replace("2143", "2144"))
    found = run(file, *mapping, "--mode", "update")
    assert (found.status, found.out["imported"], found.out["updated"], found.out["unchanged"]) == (0, 0, 1, 2)


def test_an_empty_cell_empties_a_field_only_where_that_is_asked_for(cast: Cast, file: Path) -> None:
    file.write_text("First,Last,Email,Phone,External ID\nZoë,Núñez,zoe@mail.example,602-262-1234,A-1\n")
    assert run(file).out["imported"] == 1
    file.write_text("External ID,Phone\nA-1,\n")
    assert run(file, "--mode", "update").out["unchanged"] == 1
    refused = CliRunner().invoke(cli, command(file, "alder-creek", "ada@example.org", "--erase"))
    assert (refused.exit_code, "--mode update" in refused.stderr) == (2, True)
    assert run(file, "--mode", "update", "--erase").out["updated"] == 1
    with entered(cast.alder.practice_id):
        assert Client.objects.get(external_id="A-1").phone == ""


@pytest.mark.parametrize(
    ("options", "born"),
    [
        (("--short-years", "1900"), "1925-03-04"),
        (("--short-years", "2000", "--dates", "dmy"), "2025-04-03"),
        (("--short-years", "latest"), "2025-03-04"),
    ],
)
def test_what_two_digits_of_a_year_mean_is_said_and_never_guessed(
    cast: Cast, file: Path, options: tuple[str, ...], born: str
) -> None:
    file.write_text("First,Last,Email,DOB\nZoë,Núñez,zoe@mail.example,3/4/25\n")
    asked = run(file)
    assert (asked.status, asked.out["errors"][0]["field"]) == (1, "birth_date")
    assert run(file, *options).out["imported"] == 1
    with entered(cast.alder.practice_id):
        assert str(Client.objects.get(email="zoe@mail.example").birth_date) == born


@pytest.mark.requirement("U57")
def test_a_sheet_of_a_workbook_comes_in(cast: Cast, tmp_path: Path) -> None:
    let_clients_be_without_email(cast)
    rows = [line.split(";") for line in (SPREADSHEET, *PEOPLE)]
    path = tmp_path / "people.xlsx"
    path.write_bytes(workbook(("Notes",), ("none", "here"), more={"Clients": rows}))
    mapping = [part for pair in MAPPING for part in ("--map", pair)]
    done = run(path, *mapping, "--sheet", "Clients")
    assert (done.status, done.out["imported"]) == (0, 3)
    assert imported(cast) == {"a1", "a2", "a3"}
    path.write_bytes(path.read_bytes()[:-30])
    assert "damaged" in run(path, *mapping).out["errors"][0]["reason"]


@pytest.mark.requirement("U57")
@pytest.mark.parametrize(
    ("header", "row", "note"),
    [
        (
            "email_address,initial_password,first_name,last_name,birthdate,gender,tag,tag,external_id",
            "zoe@mail.example,,Zoë,Núñez,1990-02-03,F,Group A,VIP,A-1",
            "gender: Kinfold keeps this as sex at birth.",
        ),
        (
            "First Name,Last Name,Email,Mobile Phone",
            "Zoë,Núñez,zoe@mail.example,(602) 262-1234",
            WITHOUT_BOTH,
        ),
    ],
    ids=["Heads Up", "Headway"],
)
def test_files_of_the_systems_people_come_from_need_no_mapping(
    cast: Cast, file: Path, header: str, row: str, note: str
) -> None:
    file.write_text(f"{header}\n{row}\n")
    checked = run(file, "--check")
    assert (checked.status, checked.out["notes"]) == (0, [note])
    ran = run(file)
    assert (ran.status, ran.out["imported"], ran.out["errors"]) == (0, 1, [])
    assert (run(file).status, run(file).out["duplicates"]) == (1, 1)


def test_names_alone_do_not_come_in_twice(cast: Cast, file: Path) -> None:
    let_clients_be_without_email(cast)
    file.write_text("First Name,Last Name\nZoë,Núñez\nAnna,Novak\n")
    assert run(file).out["imported"] == 1  # the practice has an Anna Novak already
    again = run(file)
    assert (again.out["imported"], again.out["duplicates"]) == (0, 2)
    assert again.out["likely_duplicates"][0]["reason"] == "Same name as a client of this practice."


def test_checking_writes_nothing(cast: Cast, file: Path) -> None:
    let_clients_be_without_email(cast)
    ran = run(file, "--check")
    assert (ran.status, ran.out["rows"], ran.out["imported"]) == (0, 3, 0)
    assert imported(cast) == set()
    with entered(cast.alder.practice_id):
        assert not StagedRows.objects.exists()
        assert Import.objects.get().state == "cancelled"


def test_a_wrong_date_is_named_and_nothing_is_written(cast: Cast, file: Path) -> None:
    let_clients_be_without_email(cast)
    file.write_text(file.read_text().replace("11/14/1983", "31/31/1983"))
    ran = run(file)
    assert (ran.status, ran.out["imported"]) == (1, 0)
    (error,) = ran.out["errors"]
    assert (error["line"], error["field"]) == (3, "birth_date")
    assert error["reason"].startswith("This is not a date.")
    assert imported(cast) == set()
    said = run(file, as_json=False)
    assert "line 3, birth date: This is not a date." in said.text
    assert "0 imported. Nothing was written." in said.text


def test_one_broken_byte_is_named_and_nothing_is_written(cast: Cast, file: Path) -> None:
    let_clients_be_without_email(cast)
    content = file.read_bytes()
    place = content.index("ó".encode())
    file.write_bytes(content[:place] + b"\xff" + content[place + 1 :])
    ran = run(file)
    assert (ran.status, ran.out["imported"]) == (1, 0)
    (error,) = ran.out["errors"]
    assert error["line"] == 2
    assert "line 2 is damaged" in error["reason"]
    assert imported(cast) == set()


def test_a_missing_column_is_named_and_nothing_is_written(cast: Cast, file: Path) -> None:
    ran = run(file)
    assert ran.status == 1
    assert [error["reason"] for error in ran.out["errors"]] == [
        "No column is matched to Email. A practice can make it optional in Settings; then check again."
    ]
    let_clients_be_without_email(cast)
    file.write_text(file.read_text().replace("LAST", "NOM"))
    assert [e["reason"] for e in run(file).out["errors"]] == ["No column is matched to Last name."]
    assert run(file, "--map", "NOM=last_name", "--check").status == 0
    assert imported(cast) == set()


def test_a_match_that_does_not_fit_is_named(cast: Cast, file: Path) -> None:
    ran = run(file, "--map", "FIRST=nickname", "--map", "NICK=first_name")
    assert ran.status == 1
    assert len(ran.out["errors"]) == 2
    with entered(cast.alder.practice_id):
        assert not Import.objects.exists()


def test_new_people_come_in_beside_likely_duplicates_and_the_status_says_so(cast: Cast, file: Path) -> None:
    let_clients_be_without_email(cast)
    run(file)
    file.write_text(file.read_text() + "a4;1/2/1990;;;;Karyn217;Mueller846;;F;;\n")
    ran = run(file, as_json=False)
    assert ran.status == 1
    assert "3 rows are likely clients already; left out." in ran.text
    assert "1 imported." in ran.text
    assert imported(cast) == {"a1", "a2", "a3", "a4"}


def test_a_file_that_is_not_there_or_no_table_gets_one_sentence(cast: Cast, tmp_path: Path) -> None:
    assert run(tmp_path / "absent.csv").out["errors"][0]["reason"] == "There is no such file."
    (tmp_path / "photo.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    ran = run(tmp_path / "photo.csv", as_json=False)
    assert (ran.status, "picture" in ran.text) == (1, True)


def test_only_who_may_import_there_imports(cast: Cast, file: Path) -> None:
    let_clients_be_without_email(cast)
    for who, practice in (
        ("lin@example.org", "alder-creek"),
        ("fran@example.org", "alder-creek"),
        ("nobody@example.org", "alder-creek"),
        ("ada@example.org", "elm-street"),
    ):
        ran = run(file, who=who, practice=practice)
        assert ran.status == 1
        assert len(ran.out["errors"]) == 1
    assert imported(cast) == set()
