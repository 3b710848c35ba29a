"""What others do with the same input, in the same run."""
