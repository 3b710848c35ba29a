"""Figures as bars, for people who would rather look than read."""
