"""What does the source say? Knows nothing of indexes."""
