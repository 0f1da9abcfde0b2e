"""The states a fake tenant can start from: built-in scenarios and scenario files."""
