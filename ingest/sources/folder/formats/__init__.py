"""What a file of each format says: its title, headings, paragraphs, lists, code and links."""
