"""Turns values of the domain and of the services into text and grid rows, without widgets."""
