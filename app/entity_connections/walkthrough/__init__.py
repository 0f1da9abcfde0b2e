"""Scripted journeys through the screen: played live, recorded as pictures, run as tests."""
