"""What entities and connections are and what may be done with them; no I/O."""
