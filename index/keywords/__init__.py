"""Found by words: BM25, by the rules of the language."""
