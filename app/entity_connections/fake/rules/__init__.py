"""What the fake tenant allows: connections, the hierarchy, access of users."""
