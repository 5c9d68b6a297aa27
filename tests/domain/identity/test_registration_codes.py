"""Registration codes: what is stored of them, how they are read, and how hopeless guessing is."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinfold.domain.identity import registration_codes as codes
from kinfold.domain.identity.errors import CodeMistyped, CodeRefused
from kinfold.domain.identity.limits import SlowDown
from kinfold.domain.identity.models import RegistrationCode
from kinfold.domain.identity.registration_codes import IssuedCode, Recognised
from kinfold.domain.kernel import clock
from tests.at_once import at_once, kinds

KIND = "test"
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
WRONG = "0000-0000-0000-0000"  # a well-formed code; zeros check to zero


def issue(subject_id: UUID | None = None, *, practice_id: UUID | None = None) -> IssuedCode:
    return codes.issue(KIND, subject_id or uuid4(), practice_id or uuid4())


def use_it(code: str, *, whence: str = "192.0.2.1", fits: Callable[[Recognised], bool] = bool) -> Recognised:
    return codes.try_code(KIND, code, whence=whence, fits=fits)


def nothing_fits(found: Recognised) -> bool:
    return False


@pytest.mark.django_db
def test_a_code_is_four_groups_of_four_and_works_for_two_weeks() -> None:
    subject, now = uuid4(), clock.now()
    with clock.frozen_at(now):
        made = issue(subject)
    assert re.fullmatch(f"[{LETTERS}]{{4}}(-[{LETTERS}]{{4}}){{3}}", made.code)
    with clock.frozen_at(now + timedelta(days=13, hours=23)):
        assert use_it(made.code).subject_id == subject
    with clock.frozen_at(now + timedelta(days=14)), pytest.raises(CodeRefused):
        use_it(made.code)


@pytest.mark.django_db
def test_the_database_keeps_no_code() -> None:
    made = issue()
    plain = made.code.replace("-", "")
    stored = str(RegistrationCode.objects.values().get())
    assert plain[5:] not in stored
    assert plain[5:15] not in stored
    assert "argon2" in stored


@pytest.mark.django_db
def test_a_code_is_read_however_people_write_it() -> None:
    made = issue()
    for written in (
        made.code.lower(),
        made.code.replace("-", ""),
        made.code.replace("-", " "),
        f"  {made.code.replace('-', '–')}\n",
        made.code.replace("0", "O").replace("1", "l"),
        made.code.replace("0", "o").replace("1", "I"),
    ):
        assert use_it(written).id == made.id


@given(st.text(LETTERS, min_size=15, max_size=15), st.data())
def test_a_wrong_character_and_two_exchanged_ones_are_noticed(plain: str, data: st.DataObject) -> None:
    code = list(plain + codes._check(plain))
    place, other = data.draw(st.lists(st.integers(0, 15), min_size=2, max_size=2, unique=True))
    wrong = data.draw(st.sampled_from([letter for letter in LETTERS if letter != code[place]]))
    with pytest.raises(CodeMistyped):
        codes._read("".join([*code[:place], wrong, *code[place + 1 :]]))
    if code[place] != code[other]:
        code[place], code[other] = code[other], code[place]
        with pytest.raises(CodeMistyped):
            codes._read("".join(code))


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", "ABCD", "U" * 16, "0" * 300, "<b>0000</b>", "\u202e0000", "１" * 16])
def test_what_is_no_code_is_a_typing_mistake_and_counts_as_no_try(typed: str) -> None:
    for _ in range(60):
        with pytest.raises(CodeMistyped) as refused:
            use_it(typed)
    assert [problem.field for problem in refused.value.problems] == ["code"]


@pytest.mark.django_db
def test_a_fresh_code_ends_the_one_before() -> None:
    subject = uuid4()
    first, second = issue(subject), issue(subject)
    with pytest.raises(CodeRefused):
        use_it(first.code)
    assert codes.issued(first.id) is None
    assert use_it(second.code).id == second.id


@pytest.mark.django_db
def test_the_mail_of_a_code_holds_the_same_code_each_time() -> None:
    subject = uuid4()
    made = codes.issue(KIND, subject, uuid4(), sent_to="imani@example.org")
    assert codes.issued(made.id) == codes.issued(made.id) == (made, subject, "imani@example.org")


@pytest.mark.django_db
def test_a_used_code_works_no_more() -> None:
    made = issue()
    codes.use(made.id)
    with pytest.raises(CodeRefused):
        codes.use(made.id)
    with pytest.raises(CodeRefused):
        use_it(made.code)
    with pytest.raises(CodeRefused):
        codes.recognise(KIND, made.code)


@pytest.mark.django_db
def test_a_code_is_good_for_its_own_kind_of_record_only() -> None:
    with pytest.raises(CodeRefused):
        codes.try_code("other", issue().code, whence="192.0.2.1", fits=bool)


@pytest.mark.django_db
def test_five_wrong_tries_lock_a_code_and_right_ones_count_for_nothing() -> None:
    made = issue()
    for _ in range(20):
        use_it(made.code)
    for number in range(5):
        with pytest.raises(CodeRefused):
            use_it(made.code, whence=f"192.0.2.{number}", fits=nothing_fits)
    with pytest.raises(CodeRefused):
        use_it(made.code, whence="192.0.2.9")
    with pytest.raises(CodeRefused):
        codes.recognise(KIND, made.code)


@pytest.mark.django_db
def test_one_place_is_slowed_down_before_it_uses_up_what_a_practice_has() -> None:
    practice, now = uuid4(), clock.now()
    made = [issue(practice_id=practice) for _ in range(4)]
    with clock.frozen_at(now):
        for number in range(10):
            with pytest.raises(CodeRefused):
                use_it(made[number % 3].code, fits=nothing_fits)
        with pytest.raises(SlowDown):
            use_it(WRONG)
        assert use_it(made[3].code, whence="192.0.2.2").id == made[3].id


@pytest.mark.django_db
def test_many_places_together_slow_one_practice_down_and_no_other() -> None:
    practice, elsewhere = uuid4(), issue()
    with clock.frozen_at(clock.now()):
        for number in range(50):
            with pytest.raises(CodeRefused):
                use_it(issue(practice_id=practice).code, whence=f"192.0.2.{number}", fits=nothing_fits)
        with pytest.raises(SlowDown):
            use_it(issue(practice_id=practice).code, whence="198.51.100.1")
        assert use_it(elsewhere.code, whence="198.51.100.1").id == elsewhere.id


@pytest.mark.django_db
def test_asking_which_questions_fit_a_code_is_cheap_since_nothing_limits_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is asked when a page is opened, by anybody and as often as they like: a slow hash there would be a lever."""
    made = issue()
    other = issue().code
    monkeypatch.setattr(codes, "_HASHER", None)
    assert codes.kind_of(made.code) == KIND
    selector, rest = made.code[:4], other.replace("-", "")[5:15]
    plain = (selector + made.code[5] + rest)[:15]
    assert codes.kind_of(plain + codes._check(plain)) == ""
    row = RegistrationCode.objects.get(pk=made.id)
    assert row.tries == 0


@pytest.mark.django_db
def test_codes_are_forgotten_a_month_after_they_expired() -> None:
    made = issue()
    with clock.frozen_at(made.expires_at + timedelta(days=29)):
        codes.forget_past_codes()
        assert RegistrationCode.objects.count() == 1
    with clock.frozen_at(made.expires_at + timedelta(days=31)):
        codes.forget_past_codes()
        assert RegistrationCode.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_fifty_guesses_at_once_are_five_tries() -> None:
    made, looked_at = issue(), list[UUID]()

    def guess(number: int) -> Callable[[], object]:
        def fits(found: Recognised) -> bool:
            looked_at.append(found.id)
            return False

        return lambda: use_it(made.code, whence=f"192.0.2.{number}", fits=fits)

    outcomes = at_once([guess(number) for number in range(50)])
    assert set(kinds(outcomes)) <= {CodeRefused, SlowDown}
    assert kinds(outcomes).total() == 50
    assert len(looked_at) == 5
