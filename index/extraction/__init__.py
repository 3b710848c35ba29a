"""Which words of what was found answer the question."""
