"""What the settings say of a chosen tenant."""

from app.cli.exits import ExitCode, Stopped
from app.cli.options import Chosen
from app.domain.secret import Hidden
from app.settings.errors import SettingsError
from app.settings.profiles import Profile, load, profile_of_address
from app.settings.variables import CLIENT_SECRET, read_variable


def profile_of(chosen: Chosen) -> Profile:
    """Return the profile, or the address as one, that the options name.

    Raises:
        SettingsError: there is no such profile, or the settings cannot be used.
    """
    if chosen.base_url is not None:
        return profile_of_address(chosen.base_url)
    assert chosen.profile is not None  # noqa: S101 - else the fake tenant is meant
    return load().profile(chosen.profile)


def credentials_of(profile: Profile) -> tuple[str, Hidden]:
    """Return client id and client secret; may ask on the terminal, if a command does.

    Raises:
        Stopped: there are none, or where they are they must not be used.
        SettingsError: the environment names an empty one.
    """
    from app.settings.secrets import find

    read_variable(CLIENT_SECRET)  # an empty one is no missing secret, but a mistake of the caller
    try:
        return profile.needed_client_id(), find(profile).value
    except SettingsError as error:
        raise Stopped(str(error), ExitCode.NO_ACCESS) from error
