"""Between the terminal and Textual: the bytes that come in, the modes that are left, the exit."""
