"""A folder of manuals as a source: Markdown, text, HTML, PDF and others, a page for each file."""
