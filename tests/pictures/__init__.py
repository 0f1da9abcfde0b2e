"""The README's picture and its table of keys, made by the program itself."""
