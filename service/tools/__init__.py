"""Tools for models that run elsewhere: search, fetch and ask, each within a budget of text."""
