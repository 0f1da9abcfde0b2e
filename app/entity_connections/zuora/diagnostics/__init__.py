"""Checks of the way to Zuora, for `doctor`."""
