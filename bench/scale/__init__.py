"""What becomes of it as a wiki grows."""
