"""The three users every scenario has (see `entity_connections.fake.scenarios.scenarios.USERS`)."""

from collections.abc import Iterable, Mapping

from entity_connections.fake.scenarios.model import ADMINISTRATOR, STANDARD_USER, Role, User


def people(company: str, *, alice: str, bruno: str, carol: str) -> tuple[User, ...]:
    """Return the users of one company, each with the id of the entity they start in.

    The credentials are no secret: they open nothing but a fake tenant. Plus,
    slash and equals sign show whether a client encodes them as it must.
    """
    return tuple(
        User(
            username,
            f"{username}@{company}.example",
            f"{number:08x}-fa4e-4000-8000-00000000cafe",
            f"not/a+secret={username}",
            home,
        )
        for number, (username, home) in enumerate(
            {"alice": alice, "bruno": bruno, "carol": carol}.items(), start=0xA11CE
        )
    )


def roles(
    *, alice: Iterable[str], bruno: Iterable[str], carol: Iterable[str]
) -> Mapping[str, Mapping[str, Role]]:
    """Return who is what where: alice and bruno administrators, carol a standard user."""
    return {
        "alice": dict.fromkeys(alice, ADMINISTRATOR),
        "bruno": dict.fromkeys(bruno, ADMINISTRATOR),
        "carol": dict.fromkeys(carol, STANDARD_USER),
    }
