"""Where a tenant is and what is at stake there: a word or an address becomes a REST root."""

from entity_connections.domain.base_url import InvalidBaseUrlError, is_loopback, normalize_base_url
from entity_connections.domain.risk import Risk
from entity_connections.domain.text import clean
from entity_connections.settings.environments import ENVIRONMENTS, environment, environment_at
from entity_connections.settings.errors import SettingsError, nearest


def root(word: str | None, base_url: str | None, where: str, place: str) -> tuple[str, str]:
    """Return the REST root that a profile names, and where that came from.

    Args:
        word: its `environment`, if it says one.
        base_url: its `base_url`, if it says one.
        where: the table, as told in an error.
        place: the file.

    Raises:
        SettingsError: it says none, both, or one that cannot be used.
    """
    if word and base_url:
        raise SettingsError(f"{where} has both environment and base_url: keep one of them.")
    if word:
        if found := environment(word):
            return found.base_url, f"{place}: environment {word!r}, {found.title}"
        hint = nearest(word, ENVIRONMENTS) or ";"
        raise SettingsError(
            f"{where} environment: Zuora has no {clean(word, 64)!r}{hint} "
            f"There are: {', '.join(ENVIRONMENTS)}. Any other root is a base_url."
        )
    if base_url:
        return address(base_url, f"{where} base_url"), place
    raise SettingsError(
        f'{where} does not say where the tenant is: add environment = "us-api-sandbox" '
        'or another word, or base_url = "https://…".'
    )


def risk(said: str | None, base_url: str, where: str, place: str) -> tuple[Risk, str]:
    """Return what is at stake behind a root, and who says so.

    What Zuora lists as production stays so: a copied profile whose environment
    was changed, and its risk forgotten, must not open it.

    Raises:
        SettingsError: nobody says, or a profile calls production a sandbox.
    """
    known = known_risk(base_url)
    if said is None:
        if known is None:
            raise SettingsError(
                f"{where} does not say what is at stake, and its base_url is none that Zuora "
                'lists: add risk = "sandbox" or risk = "production".'
            )
        return known, why(base_url)
    if said == "sandbox" and known is Risk.PRODUCTION:
        raise SettingsError(
            f'{where} risk is "sandbox", but {base_url} is {why(base_url)}: take the line out.'
        )
    return Risk(said), place


def known_risk(base_url: str) -> Risk | None:
    """Return what is at stake behind a root as far as it is known without asking anybody."""
    if found := environment_at(base_url):
        return found.risk
    return Risk.SANDBOX if is_loopback(base_url) else None


def why(base_url: str) -> str:
    """Return in words how `known_risk` knows."""
    found = environment_at(base_url)
    return f"the environment {found.word}, {found.title}" if found else "an address on this machine"


def address(url: str, where: str) -> str:
    """Return an address in its one spelling.

    Raises:
        SettingsError: it cannot be used; nothing of it is repeated.
    """
    try:
        return normalize_base_url(url)
    except InvalidBaseUrlError as error:
        problem = str(error)
    # Raised outside the handler: the cause may hold the address, and that a password.
    raise SettingsError(f"{where}: {problem}")
