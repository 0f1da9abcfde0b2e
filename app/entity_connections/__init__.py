"""Zuora's "Manage Entity Connections" screen for the terminal."""

__version__ = "0.1.0"
