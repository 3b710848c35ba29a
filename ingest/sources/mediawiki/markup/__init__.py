"""Wikitext up to its templates: what stands inside what, lines, tables."""
