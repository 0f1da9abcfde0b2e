"""Choosing a tenant, entering it, and carrying out actions in it."""
