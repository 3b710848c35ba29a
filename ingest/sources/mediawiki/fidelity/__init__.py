"""What the text keeps and loses, by an independent parser's reading."""
