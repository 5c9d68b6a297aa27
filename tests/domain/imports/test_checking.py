"""Every row becomes clean values or reasons, and no reason repeats what stands in the file."""

from __future__ import annotations

import csv
import io
from datetime import date

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinfold.domain.clients import profile
from kinfold.domain.clients.profile import Refused
from kinfold.domain.imports import values
from kinfold.domain.imports.checking import BadRow, Checking
from kinfold.domain.imports.fields import suggest
from kinfold.domain.imports.reading import read
from kinfold.domain.imports.values import ShortYears
from kinfold.domain.kernel.emails import NotAnEmailAddress, canonical_email
from kinfold.domain.kernel.errors import InvalidInput
from kinfold.domain.kernel.text import clean_name

TODAY = date(2026, 12, 1)
HEADER = [
    "first_name",
    "last_name",
    "email",
    "birth_date",
    "sex_at_birth",
    "external_id",
    "phone",
    "tag",
    "tag",
]
ADA = ["Ada", "Byron", "ada@example.org", "1990-12-10", "F", "A-1", "212 555 2368", "Medicaid", ""]


def checking(
    rows: list[list[str]],
    header: list[str] = HEADER,
    *,
    emails_optional: bool = False,
    short_years: ShortYears | None = None,
) -> Checking:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([header, *rows])
    table = read(buffer.getvalue().encode())
    mapping = tuple(found.field for found in suggest(table.header, table.sample()))
    return Checking(
        table,
        mapping,
        emails_optional=emails_optional,
        country="US",
        today=TODAY,
        short_years=short_years,
    )


def person(**changed: str) -> list[str]:
    row = dict(zip(HEADER[:-2], ADA, strict=False)) | changed
    return [*(row[name] for name in HEADER[:-2]), changed.get("tag", ""), changed.get("tag2", "")]


def good(check: Checking) -> list[tuple[object, ...]]:
    return [row for block in check.blocks() for row in zip(*block.people, strict=True)]


def bad(check: Checking) -> list[BadRow]:
    return [row for block in check.blocks() for row in block.bad]


def reason(**changed: str) -> str:
    (row,) = bad(checking([person(**changed)]))
    (problem,) = row.problems
    for value in changed.values():
        assert len(value) < 3 or value not in problem.reason
    return problem.reason


@pytest.mark.parametrize("cell", ["#N/A", "#REF!", "#DIV/0!", "########"])
@pytest.mark.parametrize("field", ["first_name", "last_name", "external_id", "tag"])
def test_an_error_of_a_spreadsheet_is_no_value(cell: str, field: str) -> None:
    assert reason(**{field: cell}) == values.ERROR
    assert good(checking([person(**{field: "#1"})]))


@pytest.mark.requirement("U57")
def test_a_good_row_becomes_what_will_be_stored() -> None:
    row = person(
        first_name="  Zoë ", last_name="van  Dyk", email="Zoe.D@Example.ORG", tag="Group A; VIP", tag2="vip"
    )
    assert good(checking([row])) == [
        (
            "Zoë",
            "van Dyk",
            "zoe.d@example.org",
            "1990-12-10",
            "female",
            "A-1",
            "+12125552368",
            ("Group A", "VIP"),
            (),
        )
    ]


def test_rows_keep_their_lines_and_bad_ones_every_reason() -> None:
    check = checking([ADA, person(first_name="", birth_date="yesterday", sex_at_birth="x"), ["only"], ADA])
    (block,) = check.blocks()
    assert list(block.lines) == [2, 5]
    assert [(row.line, [problem.field for problem in row.problems]) for row in block.bad] == [
        (3, ["first_name", "birth_date", "sex_at_birth"]),
        (4, ["row"]),
    ]
    assert block.bad[0].cells[4] == "x"


def test_what_is_required_is_said_and_the_email_only_where_it_is() -> None:
    assert reason(first_name=" ") == "Enter a first name."
    assert reason(last_name="") == "Enter a last name."
    assert reason(birth_date="") == "Enter a date of birth."
    assert reason(sex_at_birth="") == "Choose female, male, unknown or undisclosed."
    assert reason(email="") == "Enter an email address. A practice can make it optional in Settings."
    assert good(checking([person(email="")], emails_optional=True))[0][2] == ""
    assert bad(checking([person(email="ada@")], emails_optional=True))


def test_a_mapping_without_a_required_column_is_refused_before_any_row() -> None:
    with pytest.raises(InvalidInput, match="No column is matched to Email"):
        checking([ADA[:2] + ADA[3:]], HEADER[:2] + HEADER[3:])


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("<b>Ada</b>", "< > "),
        ("\u202eadA", "text-direction"),
        ("A\x07da", "control"),
        ("Ada\nBen", "line break"),
        ("Ad\ufffd", "lost"),
        ("=HYPERLINK(1)", "formula"),
        ("@SUM(1)", "formula"),
        ("---", "formula"),
        ("?", "at least one letter"),
        ("A" * 101, "at most 100"),
    ],
)
def test_a_name_that_cannot_be_one_is_refused(name: str, says: str) -> None:
    assert says in reason(first_name=name)


@given(st.text(max_size=120))
def test_names_mean_the_same_here_as_everywhere(text: str) -> None:
    ours = profile.name(text)
    if not isinstance(ours, Refused):
        assert ours == clean_name(text)


plain_addresses = st.from_regex(
    r"\A[A-Za-z0-9._+-]{1,12}@[A-Za-z0-9.-]{1,14}\.[A-Za-z0-9]{1,4}\Z", fullmatch=True
) | st.text(max_size=30)


@given(plain_addresses)
def test_email_addresses_mean_the_same_here_as_everywhere(text: str) -> None:
    try:
        expected = canonical_email(text) if text.strip() else ""
    except NotAnEmailAddress:
        assert isinstance(profile.email(text), Refused)
    else:
        assert profile.email(text) == expected


@given(
    st.integers(2_000_000_000, 9_999_999_999),
    st.sampled_from(["{}{}{}", "({}) {}-{}", "+1 {}.{}.{}", "1-{}-{}-{}"]),
)
def test_north_american_numbers_are_decided_as_the_library_does(number: int, shape: str) -> None:
    digits = str(number)
    typed = shape.format(digits[:3], digits[3:6], digits[6:])
    known = phonenumbers.parse(typed, "US")
    whole = phonenumbers.format_number(known, phonenumbers.PhoneNumberFormat.E164)
    possible = phonenumbers.is_possible_number(known)
    assert (
        profile.phone(typed, "US") == whole if possible else isinstance(profile.phone(typed, "US"), Refused)
    )


def test_phone_numbers_are_read_as_forms_read_them() -> None:
    phone = values.phone_of("US")
    assert phone("+49 30 901820") == "+4930901820"
    assert phone("(212) 555-2368 ext. 12") == "+12125552368 x12"
    assert phone("'+49 30 901820") == "+4930901820"
    assert isinstance(phone("555  0123"), Refused)
    assert isinstance(phone("call me"), Refused)
    assert reason(phone="12") == (
        "This is not a whole phone number. Write it with its area code, or with + and the country code."
    )


def test_words_for_sex_at_birth() -> None:
    words = {
        "F": "female",
        "male": "male",
        "u": "unknown",
        "Prefer not to say": "undisclosed",
        "DECLINED": "undisclosed",
    }
    for word, meant in words.items():
        assert values.sex_at_birth(word) == meant
    assert reason(sex_at_birth="intersex") == "Write female, male, unknown or undisclosed."


def dates(*written: str) -> tuple[list[object], list[BadRow], Checking]:
    check = checking(
        [person(birth_date=text, external_id=str(number)) for number, text in enumerate(written)]
    )
    return [row[3] for row in good(check)], bad(check), check


def test_one_value_tells_how_the_whole_column_is_read() -> None:
    found, problems, check = dates("3/4/1990", "3/25/1990")
    assert (found, problems, check.notes()) == (["1990-03-04", "1990-03-25"], [], ())
    found, problems, check = dates("3/4/1990", "25/3/1990")
    assert (found, problems, check.notes()) == (["1990-04-03", "1990-03-25"], [], ())


def test_a_column_that_fits_both_orders_is_read_as_in_the_united_states_and_says_so() -> None:
    found, _, check = dates("3/4/1990", "5/5/1990")
    assert found == ["1990-03-04", "1990-05-05"]
    assert check.notes() == ("Dates such as 3/4/1990 were read as month/day/year.",)
    assert dates("5/5/1990")[2].notes() == ()


def test_a_person_can_say_in_which_order_dates_are() -> None:
    check = checking([person(birth_date="3/4/1990")])
    check = Checking(
        check.table, check.mapping, emails_optional=False, country="US", today=TODAY, date_order="dmy"
    )
    assert good(check)[0][3] == "1990-04-03"
    assert check.notes() == ()


def test_a_column_that_contradicts_itself_leaves_nothing_to_chance() -> None:
    found, problems, check = dates("3/25/1990", "25/3/1990", "3/4/1990", "4/4/1990", "1990-03-04")
    assert found == ["1990-03-25", "1990-04-04", "1990-03-04"]
    assert [row.line for row in problems] == [3, 4]
    assert "mixes" in problems[1].problems[0].reason
    assert check.notes()


def test_a_stray_mistake_is_that_row_s_problem_alone() -> None:
    found, problems, _ = dates(
        *(f"{month}/{day}/1990" for month in (1, 3) for day in range(8, 32)), "31/3/1990", "3/4/1990"
    )
    assert len(found) == 49
    assert [row.line for row in problems] == [50]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1990-02-28", "1990-02-28"),
        ("1990-02-28 00:00:00", "1990-02-28"),
        ("1990-02-28T00:00:00Z", "1990-02-28"),
        ("1990/2/28", "1990-02-28"),
        ("28.2.1990", "1990-02-28"),
        ("02-28-1990", "1990-02-28"),
        ("2026-12-01", "2026-12-01"),
        ("1900-01-01", "1900-01-01"),
    ],
)
def test_dates_are_read(text: str, meant: str) -> None:
    assert dates(text)[0] == [meant]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2/30/1990", "not a date"),
        ("31/31/1988", "not a date"),
        ("soon", "not a date"),
        ("4/5/90", "two digits"),
        ("29.2.25", "two digits"),
        ("32874", "own number"),
        ("2026-12-02", "future"),
        ("1899-12-31", "1900"),
        ("٣/٤/1990", "not a date"),
    ],
)
def test_dates_that_cannot_be_are_refused(text: str, says: str) -> None:
    assert says in reason(birth_date=text)


@pytest.mark.parametrize(
    ("meaning", "read_as"),
    [
        ("1900", ["1925-04-05", "1990-12-31", "1926-12-02"]),
        ("2000", ["2025-04-05", "future", "future"]),
        ("latest", ["2025-04-05", "1990-12-31", "1926-12-02"]),
    ],
)
def test_a_year_of_two_digits_means_what_the_person_says(meaning: ShortYears, read_as: list[str]) -> None:
    rows = [person(birth_date=text) for text in ("4/5/25", "31.12.90", "12-02-26")]
    check = checking(rows, short_years=meaning)
    found = {block_row[0]: str(block_row[1]) for block_row in days(check)}
    assert [found[line] if found[line][0].isdigit() else "future" for line in (2, 3, 4)] == read_as
    assert all("future" in text for text in found.values() if not text[0].isdigit())


def test_years_of_two_digits_tell_the_order_of_their_column_too() -> None:
    check = checking([person(birth_date="25/12/80"), person(birth_date="4/5/81")], short_years="1900")
    assert [text for _, text in days(check)] == ["1980-12-25", "1981-05-04"]


def days(check: Checking) -> list[tuple[int, str]]:
    """By line, the date of birth or the reason why not."""
    found: list[tuple[int, str]] = []
    for block in check.blocks():
        found += zip(block.lines, block.people.birth_dates, strict=True)
        found += ((row.line, row.problems[0].reason) for row in block.bad)
    return sorted(found)


def test_tags_are_split_where_people_split_them() -> None:
    rows = [["Ada", "Byron", "1990-12-10", "F", "a, b; c|A"]]
    header = ["first", "last", "dob", "sex"]
    assert good(checking(rows, [*header, "tags"], emails_optional=True))[0][7] == ("a", "b", "c")
    assert good(checking(rows, [*header, "tag"], emails_optional=True))[0][7] == ("a, b", "c", "A")
    assert "at most 50" in reason(tag="x" * 51)
    assert "at most 20" in reason(tag=";".join(f"t{number}" for number in range(21)))
    assert "formula" in reason(tag="=1+1")
    assert "cannot be seen" in reason(tag="a\u202eb")


def test_external_ids_are_kept_as_written() -> None:
    assert good(checking([person(external_id=" 00-7/É ")]))[0][5] == "00-7/É"
    assert "at most 100" in reason(external_id="9" * 101)
    assert "formula" in reason(external_id="=cmd")
    assert "cannot be seen" in reason(external_id="1\u200b2")


def test_what_was_decided_without_asking_is_said() -> None:
    check = checking(
        [["Ada", "Byron", "1990-12-10", "F"]], ["first", "last", "dob", "gender"], emails_optional=True
    )
    assert check.notes() == ("gender: Kinfold keeps this as sex at birth.",)


def test_a_column_of_numbers_taken_for_tags_is_noticed() -> None:
    check = checking([person(tag=f"{number}", external_id=f"{number}") for number in range(101)])
    assert len(good(check)) == 101
    assert check.notes() == ("The file has 101 different tags. Look whether that column really holds tags.",)


@given(st.lists(st.lists(st.text(max_size=12), min_size=9, max_size=9), min_size=1, max_size=5))
def test_whatever_stands_in_a_file_every_row_is_good_or_bad_and_never_both(rows: list[list[str]]) -> None:
    rows = [[cell.replace("\0", "").encode("utf-8", "ignore").decode() for cell in row] for row in rows]
    rows = [row for row in rows if any(row)]
    check = checking([ADA, *rows])
    lines = [line for block in check.blocks() for line in block.lines]
    wrong = [row.line for row in bad(check)]
    assert len(lines) + len(wrong) == len(rows) + 1
    assert not set(lines) & set(wrong)
    assert len(good(check)) == len(lines)
