"""One write from the moment it is planned to its known outcome."""
