"""Faults that a tester can switch on, and the middleware that applies them."""
