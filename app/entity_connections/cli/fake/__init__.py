"""Commands about the fake tenant."""
