"""Two spellings of one mailbox are one person; two mailboxes that look alike are two, or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinfold.domain.kernel.emails import NotAnEmailAddress, canonical_email


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Ana.Silva@Example.ORG", "ana.silva@example.org"),
        ("  ana@example.org\n", "ana@example.org"),
        ("\ufeffana@example.org\u200e", "ana@example.org"),
        ("ana+practice@example.org", "ana+practice@example.org"),
        ("ana@bücher.example", "ana@xn--bcher-kva.example"),
        ("ana@xn--bcher-kva.example", "ana@xn--bcher-kva.example"),
        ("ana@BÜCHER.example", "ana@xn--bcher-kva.example"),
        ("ana@bu\u0308cher.example", "ana@xn--bcher-kva.example"),
        ("\uff21\uff4e\uff41\uff20example.org", "ana@example.org"),
        ("o'neill@example.org", "o'neill@example.org"),
        ("ana@clinic.test", "ana@clinic.test"),
        ("ana@почта.рф", "ana@xn--80a1acny.xn--p1ai"),
        ("ana@παράδειγμα.gr", "ana@xn--hxajbheg2az3al.gr"),
        ("ana@例え.jp", "ana@xn--r8jz45g.jp"),
    ],
)
def test_one_mailbox_has_one_stored_form(typed: str, stored: str) -> None:
    assert canonical_email(typed) == stored
    assert canonical_email(stored) == stored


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("\u212aate@example.org", id="kelvin sign"),
        pytest.param("l\u0131sa@example.org", id="dotless i"),
        pytest.param("l\u017fa@example.org", id="long s"),
        pytest.param("\u0430na@example.org", id="cyrillic a"),
        pytest.param("\u03bfscar@example.org", id="greek omicron"),
        pytest.param("jos\u00e9@example.org", id="accent in the local part"),
        pytest.param("\U0001d41aana@example.org", id="mathematical a"),
        pytest.param("ana@\u0435xample.org", id="cyrillic e among latin letters"),
        pytest.param("ana@xn--xample-2of.org", id="the same, written as punycode"),
        pytest.param("ana@\u0441\u0430\u0441\u0435.com", id="a domain of look-alike letters only"),
        pytest.param("ana@ma\u0131l.example", id="dotless i in the domain"),
        pytest.param("ana@\u212aelvin.example", id="kelvin sign in the domain"),
        pytest.param("ana@o\uff0d\ufb01ce.example", id="a ligature"),
        pytest.param("ana@\u0261oogle.example", id="script g"),
    ],
)
def test_an_address_with_look_alike_letters_is_refused(typed: str) -> None:
    with pytest.raises(NotAnEmailAddress) as refused:
        canonical_email(typed)
    assert "plain" in refused.value.message
    assert typed not in refused.value.message


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "ana",
        "ana@",
        "@example.org",
        "ana@example",
        "ana@localhost",
        "ana@test",
        "ana@clinic.local",
        "ana@@example.org",
        "ana@example.org@example.org",
        "ana example@example.org",
        "ana@exa mple.org",
        "Ana <ana@example.org>",
        '"ana"@example.org',
        "ana@[127.0.0.1]",
        "ana@127.0.0.1",
        "ana..b@example.org",
        "ana@example..org",
        "ana@-example.org",
        "ana\x00@example.org",
        "a\u202ena@example.org",
        "a\u200bna@example.org",
        "ana\nbcc:b@example.org",
        "a" * 65 + "@example.org",
        "a" * 60 + "@" + ("b" * 60 + ".") * 4 + "org",
        "ana@" + "x" * 100_000 + ".org",
        "<script>@example.org",
    ],
)
def test_what_is_no_address_is_refused_with_one_sentence(typed: str) -> None:
    with pytest.raises(NotAnEmailAddress) as refused:
        canonical_email(typed)
    message = refused.value.message
    assert message.endswith(".")
    assert len(message) < 200
    assert [(problem.field, problem.message) for problem in refused.value.problems] == [("email", message)]


@given(st.text(max_size=60) | st.builds("{}@{}".format, st.text(max_size=20), st.text(max_size=20)))
def test_any_text_is_stored_in_a_stable_ascii_form_or_refused(typed: str) -> None:
    try:
        stored = canonical_email(typed)
    except NotAnEmailAddress:
        return
    assert stored.isascii()
    assert stored == stored.lower()
    assert len(stored) <= 254
    assert canonical_email(stored) == stored
