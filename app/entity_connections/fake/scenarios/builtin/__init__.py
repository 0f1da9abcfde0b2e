"""The built-in scenarios: each module has a function `scenario()`."""
