"""Where a client secret comes from and where it is kept."""
