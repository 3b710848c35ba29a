"""The commands of ``pinakes``, one file for each kind of work."""
