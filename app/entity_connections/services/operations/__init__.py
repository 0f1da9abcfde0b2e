"""Writes: from the moment each is planned to its known outcome."""
