"""Templates as the words a reader would see."""
