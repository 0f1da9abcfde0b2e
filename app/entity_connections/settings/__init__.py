"""The user's settings: profiles from config.toml, environment variables, client secrets.

    paths                  which folders and files the program uses
    environment_variables  reads the variables
    zuora_environments     Zuora's data centers by name
    base_urls              the spelling and the risk of a base URL
    config_file            reads config.toml
    config_models          what may stand in config.toml, and its JSON schema
    config_editor          writes profiles into config.toml
    profiles               the profiles, with the environment variables applied
    secrets                finds and stores client secrets
    explain                each setting and where it comes from

Every problem is a `entity_connections.settings.errors.SettingsError`.
"""
