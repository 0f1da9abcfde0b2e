"""What the settings say of a chosen tenant; whatever is wrong there ends the program."""

from app.cli.exits import ExitCode, Stopped
from app.cli.options import Chosen
from app.domain.secret import Hidden
from app.settings.errors import SettingsError
from app.settings.profiles import Profile, load, profile_of_address


def profile_of(chosen: Chosen) -> Profile:
    """Return the profile, or the address as one, that the options name.

    Raises:
        Stopped: there is no such profile, or the settings cannot be used.
    """
    try:
        if chosen.base_url:
            return profile_of_address(chosen.base_url)
        return load().profile(chosen.profile or "")
    except SettingsError as error:
        raise Stopped(str(error), ExitCode.USAGE) from error


def credentials_of(profile: Profile) -> tuple[str, Hidden]:
    """Return client id and client secret; may ask on the terminal, if a command does.

    Raises:
        Stopped: there are none, or where they are they must not be used.
    """
    from app.settings.secrets import find

    try:
        return profile.needed_client_id(), find(profile).value
    except SettingsError as error:
        raise Stopped(str(error), ExitCode.NO_ACCESS) from error
