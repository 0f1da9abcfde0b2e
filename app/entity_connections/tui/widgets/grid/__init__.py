"""A table of rows with one cursor row and sortable columns."""
