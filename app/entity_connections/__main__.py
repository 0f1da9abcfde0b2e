"""Lets `python -m entity_connections` be the program."""

from entity_connections.cli import main

main()
