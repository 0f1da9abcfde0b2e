"""Text and styles of what the screen shows; no widgets and no I/O."""
