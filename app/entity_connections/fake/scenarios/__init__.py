"""What a fake tenant starts with: built-in scenarios and scenario files."""
