"""The files of a dump: found, identified, decompressed, read in parts."""
