"""What the settings say of a chosen tenant."""

from entity_connections.cli.exit_codes import ExitCode, Stopped
from entity_connections.cli.options import Chosen
from entity_connections.domain.secret import SecretValue
from entity_connections.settings.environment_variables import CLIENT_SECRET, read_variable
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.profiles import Profile, load, profile_of_address


def profile_of(chosen: Chosen) -> Profile:
    """Return the profile, or the address as one, that the options name.

    Raises:
        SettingsError: there is no such profile, or the settings cannot be used.
    """
    if chosen.base_url is not None:
        return profile_of_address(chosen.base_url)
    assert chosen.profile is not None  # noqa: S101 - else the fake tenant is meant
    return load().profile(chosen.profile)


def credentials_of(profile: Profile) -> tuple[str, SecretValue]:
    """Return client id and client secret; may ask on the terminal, if a command does.

    Raises:
        Stopped: there are none, or where they are they must not be used.
        SettingsError: the environment names an empty one.
    """
    from entity_connections.settings.secrets.secrets import find

    read_variable(CLIENT_SECRET)  # an empty one is no missing secret, but a mistake of the caller
    try:
        return profile.needed_client_id(), find(profile).value
    except SettingsError as error:
        raise Stopped(str(error), ExitCode.NO_ACCESS) from error
