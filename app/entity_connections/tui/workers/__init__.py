"""Workers of the screen: what reads the tenant and writes to it, and shows the result."""
