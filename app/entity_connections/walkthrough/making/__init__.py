"""A script made by watching somebody use the screen."""
