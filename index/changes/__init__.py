"""What is other in one generation than in another: which pages, and which words."""
