"""What the pages show of the program and of its figures, as tables."""
