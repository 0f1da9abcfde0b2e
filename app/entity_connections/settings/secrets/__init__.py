"""Client secrets: where they are found and where they are stored."""
