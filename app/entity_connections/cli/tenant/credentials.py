"""The profile and the credentials of the tenant that the options select."""

from entity_connections.cli.exit_codes import CliError, ExitCode
from entity_connections.cli.tenant_options import TenantOptions
from entity_connections.domain.secret import Secret
from entity_connections.settings.environment_variables import CLIENT_SECRET, read_variable
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.profiles import Profile, load_profile, make_profile_for_url


def get_profile(options: TenantOptions) -> Profile:
    """Return the profile that the options name, or one made from `--base-url`."""
    if options.base_url is not None:
        return make_profile_for_url(options.base_url)
    assert options.profile is not None  # noqa: S101 - otherwise the fake tenant is used
    return load_profile(options.profile)


def find_credentials(profile: Profile) -> tuple[str, Secret]:
    """Return client id and client secret; a `secret_command` may ask on the terminal.

    Raises:
        CliError: there are none, or they must not be used.
        SettingsError: the environment variable is empty.
    """
    from entity_connections.settings.secrets.client_secret import find_secret

    read_variable(CLIENT_SECRET)  # an empty variable is a usage error, not a missing secret
    if not profile.client_id:
        sentence = f"There is no client id for {profile.name}. {profile.credentials_remedy}"
        raise CliError(sentence, ExitCode.NO_ACCESS)
    try:
        return profile.client_id, find_secret(profile).value
    except SettingsError as error:
        raise CliError(str(error), ExitCode.NO_ACCESS) from error
