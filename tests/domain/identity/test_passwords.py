"""Long passwords that nobody else thought of first are taken; the others are refused with a sentence."""

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.test import override_settings

from kinfold.domain.identity.models import Login
from kinfold.domain.identity.passwords import normalised, problems

ANA = ("Ana-María Silva", "ana.silva@example.org", "Alder Creek Therapy")


@pytest.mark.parametrize(
    "password",
    [
        "seven quiet herons wade at dawn",
        "correct horse battery staple",
        "J8#kq-Vn2pLw9xZr",
        "каждый охотник желает знать",
        "Anas grüne Teekanne pfeift leise",
        "q7v-2mx-8kd-9pw-3zt",
    ],
)
def test_a_long_password_of_ones_own_is_taken(password: str) -> None:
    assert problems(password, about=ANA) == ()


def test_a_password_has_fifteen_characters_or_twelve_beside_a_second_factor() -> None:
    fourteen, twelve, eleven = "violet-tram-9x", "violet-tram9", "violet-tram"
    assert "at least 15 characters" in problems(fourteen)[0]
    assert problems(fourteen + "k") == ()
    assert problems(fourteen, has_second_factor=True) == ()
    assert problems(twelve, has_second_factor=True) == ()
    assert "at least 12 characters" in problems(eleven, has_second_factor=True)[0]


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "Password1234567890!",
        "password123456789",
        "1234567890123456",
        "9876543210987654",
        "aaaaaaaaaaaaaaaa",
        "abababababababab",
        "abcdefghijklmnop",
        "qwertyuiopasdfgh",
        "1qaz2wsx3edc4rfv",
        "1q2w3e4r5t6y7u8i9o",
        "iloveyouiloveyou",
        "letmeinletmein!!",
        "!!!!!dragon!!!!!1234",
        "Qwerty123456789",
        "kinfoldkinfoldkinfold",
        "2024-01-01 2024-01-01",
    ],
)
def test_a_long_password_that_is_easy_to_guess_is_refused(password: str) -> None:
    assert len(password) >= 15
    assert problems(password) == (
        "This password is easy to guess. Use several words that do not belong together, or a password manager.",
    )


@pytest.mark.parametrize(
    "password",
    [
        "anamariasilva2026",
        "Ana.Silva@Example.org",
        "SILVA-silva-silva-1",
        "aldercreektherapy1",
        "ána-maría-silva-99",
    ],
)
def test_a_password_made_of_what_others_know_of_the_person_is_refused(password: str) -> None:
    assert problems(password, about=ANA) == (
        "This password contains your name, your email address or your practice's name.",
    )


def test_megabytes_are_refused_without_being_looked_at_whole() -> None:
    assert problems("\ufdfa" * 1_500_000) == ("Use at most 200 characters.",)
    assert len(normalised("\ufdfa" * 1_500_000)) < 20_000
    decomposed = "e\u0301" * 200
    assert problems(decomposed) != ("Use at most 200 characters.",)


def test_a_password_has_at_most_two_hundred_characters() -> None:
    assert problems("seven quiet herons " * 11) == ("Use at most 200 characters.",)
    assert problems("x" * 5_000_000) == ("Use at most 200 characters.",)


def test_half_characters_which_only_a_program_can_send_are_refused_and_fit_nothing() -> None:
    halves = "\ud800\udfff" * 8
    assert problems(halves) == ("Use letters, digits and signs that can be typed.",)
    assert not check_password(normalised(halves), make_password(normalised("\ufffd" * 16)))


def test_the_same_password_is_right_however_the_keyboard_composes_its_letters() -> None:
    login = Login(email="ana@example.org", full_name="Ana")
    login.set_password("fünf grüne Teekannen")
    assert login.check_password("fu\u0308nf gru\u0308ne Teekannen")
    assert not login.check_password("fünf grüne Teekanne")


def test_a_login_remembers_whether_its_password_may_stand_alone() -> None:
    login = Login(email="ana@example.org", full_name="Ana")
    login.set_password("violet-tram9")
    assert not login.password_stands_alone
    login.set_password("seven quiet herons")
    assert login.password_stands_alone
    login.set_password(None)
    assert not login.password_stands_alone
    assert not login.has_usable_password()


@override_settings(PASSWORD_HASHERS=["kinfold.domain.identity.hashers.Argon2id"])
def test_passwords_are_hashed_with_argon2id() -> None:
    encoded = make_password("seven quiet herons wade at dawn")
    assert encoded.startswith("argon2$argon2id$v=19$m=47104,t=2,p=1$")
    assert check_password("seven quiet herons wade at dawn", encoded)
