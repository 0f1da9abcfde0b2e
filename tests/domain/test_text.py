"""Text from outside is one harmless line after cleaning."""

import unicodedata

import pytest
from entity_connections.domain.text import MAX_NAME_LENGTH, clean
from hypothesis import given
from hypothesis import strategies as st

ANY_TEXT = st.text(st.characters(codec=None))


@given(ANY_TEXT)
def test_nothing_that_acts_on_a_terminal_is_left(text: str) -> None:
    categories = {unicodedata.category(char) for char in clean(text)}
    assert not categories & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text(st.characters(codec=None), min_size=MAX_NAME_LENGTH))
def test_no_text_is_longer_than_zuoras_limit(text: str) -> None:
    assert len(clean(text)) <= MAX_NAME_LENGTH


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=MAX_NAME_LENGTH))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("[/]", "[/]"),
        ("[@click=app.quit]x[/]", "[@click=app.quit]x[/]"),
        ("\x1b]0;x\x07", "]0;x"),
        ("\x1b[31mred\x9b0m", "[31mred0m"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("two\r\nlines\tand", "two⏎lines⏎and"),
        ("\ud800lone", "lone"),
        ("東京 Ltd", "東京 Ltd"),
        ("non\u00a0breaking", "non breaking"),
        ("👩\u200d👩\u200d👧", "👩👩👧"),
        ("e" + "\u0301" * 50, "é\u0301\u0301"),
    ],
)
def test_known_attacks(hostile: str, harmless: str) -> None:
    assert clean(hostile) == harmless


def test_what_is_too_long_ends_with_an_ellipsis() -> None:
    assert clean("x" * 10_000) == "x" * (MAX_NAME_LENGTH - 1) + "…"
