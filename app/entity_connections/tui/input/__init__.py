"""The order of keys, and what must be known before each takes effect."""
