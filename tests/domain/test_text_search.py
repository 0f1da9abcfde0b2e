"""How people type a text, and how it is found all the same."""

import pytest
from entity_connections.domain.text_search import contains_words, fold
from hypothesis import example, given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Acme Ibérica", "iberica"),
        ("Åkerström GmbH", "akerstrom"),
        ("Straße", "STRASSE"),
        ("İstanbul", "istanbul"),
        ("Diyarbakır", "diyarbakir"),
        ("Łódź", "lodz"),
        ("Ørsted", "orsted"),
        ("Acme\N{EN DASH}Japan", "acme-japan"),
        ("L\N{RIGHT SINGLE QUOTATION MARK}Air", "l'air"),
        ("ＡＣＭＥ", "acme"),
        ("Cafe\N{COMBINING ACUTE ACCENT}", "café"),
        ("東京", "京"),
        ("Москва", "МОСКВА"),
    ],
)
def test_case_accents_and_what_a_keyboard_lacks_do_not_count(text: str, typed: str) -> None:
    assert contains_words(text, [fold(typed)])


def test_the_marks_of_a_script_that_are_no_accents_count() -> None:
    assert fold("ハ") != fold("バ")


@given(st.text())
def test_a_folded_text_is_folded(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(max_codepoint=0x1EFF), max_size=20))
@example("\N{COMBINING GREEK YPOGEGRAMMENI}")
def test_case_never_counts(text: str) -> None:
    assert fold(text.upper()) == fold(text.lower()) == fold(text)
