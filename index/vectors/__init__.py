"""Found by meaning: vectors in inverted lists, on disk."""
