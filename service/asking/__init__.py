"""From a question to a checked answer: search, prompt, generate, cite, check."""
