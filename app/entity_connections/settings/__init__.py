"""The user's settings: profiles from config.toml, environment variables, client secrets.

Every problem is a `entity_connections.settings.errors.SettingsError`.
"""
