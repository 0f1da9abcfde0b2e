"""Titles of entities: nothing that entities are called makes two of them look alike."""

from collections import Counter
from collections.abc import Iterable

import pytest
from entity_connections.domain.entities import Entity, Hierarchy
from entity_connections.domain.text import clean
from entity_connections.domain.typed_name import make_typed_name
from hypothesis import example, given
from hypothesis import strategies as st

GLOBAL = Entity("a" * 32, "Global", "Acme Corporation", None)
NAMES = ("", "EU", "eu", "Acme-Europe", "Acme", "Acme (EU)", "Acme (in Acme)", "Entity 00000001")
BLANKS = (" ", "\u3000", "\u200b", "\u3164", "\u2800")


def make_entity(
    number: int, name: str, display_name: str, parent_id: str | None = GLOBAL.id
) -> Entity:
    return Entity(f"{number:032x}", clean(name), clean(display_name), parent_id)


def get_titles(*entities: Entity) -> list[str]:
    hierarchy = Hierarchy([GLOBAL, *entities])
    return [hierarchy.get(entity.id).title for entity in entities]


def fold(text: str) -> str:
    return "".join(text.split()).casefold()


def cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def test_a_unique_display_name_is_the_title() -> None:
    assert get_titles(make_entity(1, "EU", "Acme Europe"), make_entity(2, "US", "Acme US")) == [
        "Acme Europe",
        "Acme US",
    ]


@pytest.mark.parametrize(
    "twin",
    [
        "Acme Europe",
        "ACME europe",
        " Acme  Europe ",
        "AcmeEurope",
        "Ａcme Europe",
        "Acme\u200b Europe\u3164",
    ],
)
def test_a_display_name_of_two_has_the_technical_name_with_it(twin: str) -> None:
    titles = get_titles(make_entity(1, "EU-1", "Acme Europe"), make_entity(2, "EU-2", twin))
    assert titles[0] == "Acme Europe (EU-1)"
    assert titles[1].endswith(" (EU-2)")


def test_two_dashes_that_look_alike_make_no_difference() -> None:
    titles = get_titles(make_entity(1, "EU-1", "A-B"), make_entity(2, "EU-2", "A\u2011B"))
    assert titles == ["A-B (EU-1)", "A\u2011B (EU-2)"]


def test_without_a_name_the_parent_is_with_it() -> None:
    us = make_entity(1, "US", "Acme US")
    titles = get_titles(us, make_entity(2, "", "Shop", us.id), make_entity(3, "", "Shop"))
    assert titles[1:] == ["Shop (in Acme US)", "Shop (in Acme Corporation)"]


def test_without_a_name_and_under_one_parent_the_id_is_with_it() -> None:
    titles = get_titles(make_entity(0xAB, "", "Shop"), make_entity(0xCD, "", "Shop"))
    assert titles == ["Shop (000000ab)", "Shop (000000cd)"]


def test_ids_that_end_alike_are_given_in_full() -> None:
    entities = [Entity(id_, "", "Shop", GLOBAL.id) for id_ in ("1" + "0" * 31, "2" + "0" * 31)]
    assert get_titles(*entities) == [f"Shop ({entity.id})" for entity in entities]


@pytest.mark.parametrize("blank", ["", *BLANKS])
def test_an_empty_display_name_gives_way_to_the_name(blank: str) -> None:
    titles = get_titles(make_entity(1, "EU", blank), make_entity(2, "US", blank))
    assert titles == ["EU", "US"]


def test_without_any_name_the_end_of_the_id_is_the_title() -> None:
    titles = get_titles(make_entity(0xAB, "", ""), make_entity(0xCD, "", ""))
    assert titles == ["Entity 000000ab", "Entity 000000cd"]


def test_a_display_name_that_imitates_a_title_does_not_get_it() -> None:
    one, two = make_entity(1, "EU-1", "Acme"), make_entity(2, "EU-2", "Acme")
    imitator = make_entity(3, "X", "acme (EU-1)")
    assert get_titles(one, two, imitator) == [
        "Acme (in Acme Corporation)",
        "Acme (EU-2)",
        "acme (EU-1) (X)",
    ]


def test_a_display_name_that_is_the_name_of_another_entity_is_not_the_title() -> None:
    """Who types it may mean the other entity."""
    titles = get_titles(make_entity(1, "EU", "Old"), make_entity(2, "New", "EU"))
    assert titles == ["Old", "EU (New)"]


def test_an_entity_that_is_not_in_the_list_has_a_title_of_its_own() -> None:
    unlisted = f"{1:032x}"
    hierarchy = Hierarchy([make_entity(2, "X", "Entity 00000001"), GLOBAL])
    twin = "f" * 24 + "00000001"
    titles = {hierarchy.get(id_).title for id_ in (f"{2:032x}", unlisted, twin)}
    assert len({fold(title) for title in titles}) == 3
    assert hierarchy.get(unlisted).title == hierarchy.get(unlisted).title


def test_where_entities_are_missing_titles_hold_the_name_or_the_id() -> None:
    entities = [
        make_entity(1, "EU", "Acme Europe"),
        make_entity(2, "", "Acme US"),
        make_entity(3, "Acme-UK", "Acme-UK"),
        make_entity(4, "", ""),
    ]
    hierarchy = Hierarchy(entities, "There may be more.")
    assert [hierarchy.get(entity.id).title for entity in entities] == [
        "Acme Europe (EU)",
        "Acme US (00000002)",
        "Acme-UK",
        "Entity 00000004",
    ]
    assert [entity.cut_title(16, cut) for entity in hierarchy] == [
        "Acme Europe (EU)",
        "Acme U… 00000002",
        "Acme-UK",
        "Entity 00000004",
    ]


@pytest.mark.parametrize("length", [240, 255, 300])
def test_titles_of_long_names_are_distinct_in_the_journal_too(length: int) -> None:
    """The journal keeps 255 characters of a title."""
    entities = [make_entity(n, "N" * (length - 1) + str(n), "D" * length) for n in range(9)]
    titles = get_titles(*entities)
    assert len({clean(title) for title in titles}) == len(entities)


@st.composite
def tenants(draw: st.DrawFn) -> list[Entity]:
    count = draw(st.integers(0, 8))
    ids = [f"{number:032x}" for number in range(1, count + 1)]
    name = st.sampled_from(NAMES)
    decorated = st.builds(lambda a, b, c: a + b + c, st.sampled_from(BLANKS), name, name)
    display_names = st.one_of(
        name,
        decorated,
        st.sampled_from([f"Acme ({id_[-8:]})" for id_ in ids] or [""]),
        st.sampled_from([f"Acme ({id_})" for id_ in ids] or [""]),
        st.sampled_from(ids or [""]),
    )
    parents = st.sampled_from([None, GLOBAL.id, *ids])
    return [
        Entity(id_, clean(draw(name)), clean(draw(display_names)), draw(parents)) for id_ in ids
    ]


def check_titles(entities: Iterable[Entity], missing: str) -> None:
    hierarchy = Hierarchy([GLOBAL, *entities], missing)
    titles = {entity.id: fold(entity.title) for entity in hierarchy}
    assert len(set(titles.values())) == len(titles)
    for entity in hierarchy:
        assert entity.title.strip()
        others = [other for other in hierarchy if other.id != entity.id]
        names = {fold(name) for other in others for name in (other.name, other.id)}
        assert fold(entity.title) not in names
    again = Hierarchy(hierarchy, missing)
    assert [entity.title for entity in again] == [entity.title for entity in hierarchy]
    for width in (16, 21, 29, 40, 48):
        assert len({entity.cut_title(width, cut) for entity in hierarchy}) == len(hierarchy)
        assert all(len(entity.cut_title(width, cut)) <= width for entity in hierarchy)
        in_tree = Counter(
            (hierarchy.parent(entity), entity.cut_title(width, cut, in_tree=True))
            for entity in hierarchy
        )
        assert in_tree.total() == len(in_tree)


@given(tenants(), st.sampled_from(["", "There may be more."]))
@example([make_entity(1, "", "Acme (00000002)"), make_entity(2, "", "Acme")], "")
def test_no_names_make_two_titles_alike(entities: list[Entity], missing: str) -> None:
    check_titles(entities, missing)


def test_a_title_is_cut_in_the_middle_so_that_start_and_end_tell_entities_apart() -> None:
    beginning = "Acme Holding and Services "
    north = make_entity(1, "N", f"{beginning}North")
    south = make_entity(2, "S", f"{beginning.upper()}South")
    hierarchy = Hierarchy([GLOBAL, north, south])
    assert hierarchy.get(north.id).cut_title(20, cut) == "Acme Holdi…ces North"
    assert hierarchy.get(south.id).cut_title(20, cut) == "ACME HOLDI…CES South"
    assert hierarchy.get(south.id).cut_title(40, cut) == f"{beginning.upper()}South"


def test_a_cut_title_has_the_id_only_where_start_and_end_are_those_of_another() -> None:
    names = ("Retail Aurora United States", "RETAIL Apex United States", "Retail Aurora España")
    entities = [make_entity(n, f"N{n}", name) for n, name in enumerate(names, start=1)]
    first, _, third = [Hierarchy([GLOBAL, *entities]).get(entity.id) for entity in entities]
    assert first.cut_title(18, cut) == "Retail A… 00000001"
    assert first.cut_title(20, cut) == "Retail Aur…ed States"
    assert third.cut_title(18, cut) == "Retail Au…a España"


def test_below_its_parent_a_title_is_cut_at_the_end_if_that_tells_it_from_its_siblings() -> None:
    names = ("Retail Aurora United States", "Retail Apex United States", "Wholesale Aurora Ltd.")
    parent = make_entity(9, "N9", "Aurora United States")
    children = [
        make_entity(n, f"N{n}", name)._replace(parent_id=parent.id)
        for n, name in enumerate(names, start=1)
    ]
    hierarchy = Hierarchy([GLOBAL, parent, *children])
    found = [hierarchy.get(child.id) for child in children]
    assert [entity.cut_title(12, cut, in_tree=True) for entity in found] == [
        "Retail Auro…", "Retail Apex…", "Wholesale A…",
    ]  # fmt: skip
    missing = Hierarchy([GLOBAL, parent, *children], "There may be more.").get(children[0].id)
    assert missing.cut_title(12, cut, in_tree=True) == "Re… 00000001"


def test_what_is_typed_is_the_distinct_title() -> None:
    """Neither the display name nor another's name will do."""
    first, second = make_entity(1, "Acme", "Acme"), make_entity(2, "EU", "Acme")
    hierarchy = Hierarchy([GLOBAL, first, second])
    for entity, other in ((first, second), (second, first)):
        typed = make_typed_name(hierarchy.get(entity.id))
        assert typed.name == hierarchy.get(entity.id).title
        assert typed.matches(typed.name.upper())
        assert not typed.matches("Acme")
        assert not typed.matches(hierarchy.get(other.id).title)


@pytest.mark.parametrize(
    ("name", "twin_name", "typed"),
    [
        ("Tokyo", "Osaka", "Tokyo"),
        ("", "", "00000001"),
        ("Twin", "Twin", "00000001"),
        ("N" * 99, "M" * 99, "00000001"),
    ],
)
def test_a_title_that_cannot_be_typed_gives_way_to_name_or_id(
    name: str, twin_name: str, typed: str
) -> None:
    first, second = make_entity(1, name, "株式会社"), make_entity(2, twin_name, "株式会社")
    hierarchy = Hierarchy([GLOBAL, first, second])
    assert make_typed_name(hierarchy.get(first.id)).name == typed
    assert not make_typed_name(hierarchy.get(second.id)).matches(typed)
