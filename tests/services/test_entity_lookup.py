"""Finding an entity by what somebody typed."""

import pytest
from entity_connections.domain.entities import Entity, Hierarchy
from entity_connections.domain.ids import hyphenate_id
from entity_connections.services.entity_lookup import (
    EntityLookupError,
    find_entity,
    find_unique_entity,
)

A, B, C, D = (char * 32 for char in "abcd")
US = Entity(A, "Acme-US", "Acme United States", None)
UK = Entity(B, "Acme-UK", "Acme Retail", A)
SHOP = Entity(C, "Acme-Shop", "Acme Retail", A)
TWIN = Entity(D, "acme-us", "Acme-UK", A)
CUT = "There may be more."
ALL = Hierarchy([US, UK, SHOP, TWIN])


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (A, US),
        (A.upper(), US),
        (hyphenate_id(B), UK),
        ("Acme-US", US),
        (" Acme-US ", US),
        ("acme-us", TWIN),  # exactly so goes before another case
        ("ACME-SHOP", SHOP),
        ("Acme United States", US),
        ("acme united states", US),
    ],
)
def test_an_id_a_name_or_a_display_name_is_found(typed: str, found: Entity) -> None:
    assert find_entity(typed, ALL).id == found.id


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Acme Retail", (B, C)),
        ("acme retail", (B, C)),
        ("Acme-UK", (B, D)),  # the name of one is the display name of another
        ("acme-uk", (B, D)),
        ("ACME-US", (A, D)),  # names that differ in case only, in a third case
    ],
)
def test_two_that_are_called_so_are_both_named_with_their_ids(
    typed: str, meant: tuple[str, str]
) -> None:
    with pytest.raises(EntityLookupError) as caught:
        find_entity(typed, ALL)
    assert tuple(sorted(entity.id for entity in caught.value.candidates)) == meant
    assert all(f"{ALL.get(id_).title} {id_}" in str(caught.value) for id_ in meant)


@pytest.mark.parametrize("typed", [B, hyphenate_id(B).upper(), "Acme-UK"])
def test_an_id_or_a_name_is_unique_where_entities_are_missing(typed: str) -> None:
    assert find_unique_entity(typed, Hierarchy([US, UK], CUT)).id == B


@pytest.mark.parametrize("typed", ["Acme Retail", "Acme Retail (Acme-UK)", "acme-uk"])
def test_any_other_text_may_mean_a_missing_entity(typed: str) -> None:
    assert find_entity(typed, Hierarchy([US, UK], CUT)).id == B
    with pytest.raises(EntityLookupError) as caught:
        find_unique_entity(typed, Hierarchy([US, UK], CUT))
    assert str(caught.value) == (
        f'{CUT} Another entity may be called "{typed}", too: to mean Acme Retail (Acme-UK),'
        f" give its technical name, Acme-UK, or its id, {B}."
    )


def test_nobody_says_that_a_missing_entity_is_not_there() -> None:
    with pytest.raises(EntityLookupError, match=r"There may be more\. No other entity is called"):
        find_entity("Acme", Hierarchy([US], CUT))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Acme Retail (Acme-Shop)", C),
        ("acme retail(acme-shop)", C),
        ("Acme Retail (Acme-UK)", B),
        ("Acme-Shop", C),
    ],
)
def test_the_title_that_the_screen_shows_names_an_entity(typed: str, found: str) -> None:
    assert find_entity(typed, Hierarchy(ALL)).id == found


def test_display_names_that_differ_in_case_are_told_apart_by_it_or_not_at_all() -> None:
    hierarchy = Hierarchy([US, UK, SHOP._replace(display_name="ACME retail")])
    assert find_entity("ACME retail", hierarchy).id == C
    with pytest.raises(EntityLookupError) as caught:
        find_entity("acme Retail", hierarchy)
    assert [entity.id for entity in caught.value.candidates] == [B, C]


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [
        ("Acme-Shp", "Acme Retail"),
        ("united", "Acme United States"),
        ("acme unted states", "Acme U"),
    ],
)
def test_one_that_is_not_there_suggests_what_is_spelled_nearly_so(
    typed: str, suggested: str
) -> None:
    with pytest.raises(EntityLookupError) as caught:
        find_entity(typed, ALL)
    assert caught.value.candidates == ()
    assert f'"{typed}"' in str(caught.value)
    assert suggested in str(caught.value).partition("Did you mean")[2]


@pytest.mark.parametrize("typed", ["", "  ", "zzz", "e" * 32])
def test_an_unknown_name_without_similar_names_gets_no_suggestion(typed: str) -> None:
    with pytest.raises(EntityLookupError) as caught:
        find_entity(typed, Hierarchy([*ALL, Entity("f" * 32, "", " ", A)]))
    assert "Did you mean" not in str(caught.value)


def test_many_candidates_are_counted_rather_than_all_listed() -> None:
    many = [Entity(f"{n:032x}", f"n{n}", "Same", None) for n in range(50)]
    with pytest.raises(EntityLookupError) as caught:
        find_entity("same", Hierarchy(many))
    assert "50 entities" in str(caught.value)
    assert "and 42 more" in str(caught.value)
    assert len(str(caught.value)) < 600


def test_what_was_typed_cannot_act_on_the_terminal() -> None:
    with pytest.raises(EntityLookupError) as caught:
        find_entity("\x1b]0;x\x07", ALL)
    assert "\x1b" not in str(caught.value)
