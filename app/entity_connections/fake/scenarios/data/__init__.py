"""The scenarios: the states a tenant can start from. Each module has one `scenario()`."""
