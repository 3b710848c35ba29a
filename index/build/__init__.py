"""From a source to a published generation, step by step."""
