"""Local state on the disk: the journal of every write, and the lists last read."""
