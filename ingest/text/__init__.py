"""What is known of languages and scripts, whatever a text is for."""
