"""Input of any size: real pages repeated, others made."""
