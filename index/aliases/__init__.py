"""The aliases that pages answer to, and which of them a question says."""
