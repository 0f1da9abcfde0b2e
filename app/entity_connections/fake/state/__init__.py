"""The state of a fake tenant, in SQLite."""
