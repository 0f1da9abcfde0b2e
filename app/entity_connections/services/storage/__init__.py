"""Local state in one SQLite file: the journal of every write, and the lists last read."""
