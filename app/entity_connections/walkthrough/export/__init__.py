"""Writes a recorded walkthrough as files: pictures, a page, a terminal recording."""
