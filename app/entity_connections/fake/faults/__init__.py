"""The fault lab: bad days by name, in front of a fake tenant."""
