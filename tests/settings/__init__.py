"""Tests of the settings: never the real home folder, never a real keyring."""
