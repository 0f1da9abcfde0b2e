"""Lets `python -m app` be the program."""

from app.cli import main

main()
