"""The user's settings: profiles from config.toml, environment variables, client secrets.

Every function raises `entity_connections.settings.errors.SettingsError` for settings that
cannot be used, and for files that cannot be read or written.
"""
