"""ZIM files as Kiwix reads them: a wiki as HTML, with its redirects and what it says of itself."""
