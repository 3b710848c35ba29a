"""The names pages answer to, and which of them a question says."""
