"""One entity id in its two spellings."""

import uuid

from entity_connections.domain.ids import hyphenate_id, normalize_id
from hypothesis import given
from hypothesis import strategies as st


@given(st.uuids(), st.booleans(), st.booleans())
def test_every_spelling_is_the_same_id(id_: uuid.UUID, hyphens: bool, upper: bool) -> None:
    spelling = str(id_) if hyphens else id_.hex
    spelling = spelling.upper() if upper else spelling
    assert normalize_id(spelling) == id_.hex
    assert hyphenate_id(spelling) == str(id_)


@given(st.text())
def test_an_id_of_another_form_survives(id_: str) -> None:
    assert normalize_id(hyphenate_id(id_)) == normalize_id(id_)
