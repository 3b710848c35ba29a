"""CirrusSearch dumps: the text that a wiki's own search engine has of each page."""
