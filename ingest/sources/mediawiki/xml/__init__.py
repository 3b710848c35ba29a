"""The pages in the XML of a dump."""
