"""Where does it say so? From what was read to what a query finds."""
