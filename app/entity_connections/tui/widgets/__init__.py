"""Widgets of the main screen and of its dialogs."""
