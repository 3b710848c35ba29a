"""What agents propose, and people decide: kept, shown, approved once, and run as it was shown."""
