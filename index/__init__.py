"""Where does it say so? From documents to what a question finds."""
