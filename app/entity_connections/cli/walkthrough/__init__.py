"""The `walkthrough` command."""
