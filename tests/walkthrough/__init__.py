"""Walkthroughs: their scripts, played, recorded and exported."""
