"""The text of every page, as it is cited."""
