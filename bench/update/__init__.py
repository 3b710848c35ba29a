"""What a new dump costs, beside a build from nothing."""
