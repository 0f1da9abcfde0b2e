"""The fake tenant, driven over the wire."""
