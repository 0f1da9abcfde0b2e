"""The three users of every built-in scenario (see `scenarios.catalogue.USERS`)."""

from collections.abc import Iterable, Mapping

from entity_connections.fake.model import ADMINISTRATOR, STANDARD_USER, Role, User


def create_users(company: str, *, alice: str, bruno: str, carol: str) -> tuple[User, ...]:
    """Return the users of a company; the arguments are the ids of their home entities.

    The credentials are no secret: they open nothing but a fake tenant. They contain slash, plus
    and equals sign because a client must encode these.
    """
    return tuple(
        User(
            name,
            f"{name}@{company}.example",
            f"{number:08x}-fa4e-4000-8000-00000000cafe",
            f"not/a+secret={name}",
            home,
        )
        for number, (name, home) in enumerate(
            {"alice": alice, "bruno": bruno, "carol": carol}.items(), start=0xA11CE
        )
    )


def create_roles(
    *, alice: Iterable[str], bruno: Iterable[str], carol: Iterable[str]
) -> Mapping[str, Mapping[str, Role]]:
    """Return the roles; the arguments are the ids of the entities that each user may enter."""
    return {
        "alice": dict.fromkeys(alice, ADMINISTRATOR),
        "bruno": dict.fromkeys(bruno, ADMINISTRATOR),
        "carol": dict.fromkeys(carol, STANDARD_USER),
    }
