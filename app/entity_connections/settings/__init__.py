"""Where the program finds a tenant: profiles, the environment, secrets.

    variables     what the environment says
    places        which folders and files
    environments  Zuora's data centers by a word
    roots         where a tenant is, and what is at stake there
    table         what may stand in config.toml, and its JSON schema
    profiles      `Profile`, `load`, `profile_of_address`
    adding        `add_profile`, `set_client_id`: into config.toml, all else as it was
    secrets       `find`, `keep`
    explain       each value and where it came from

Everything wrong in them is an `entity_connections.settings.errors.SettingsError` with a sentence.
"""
