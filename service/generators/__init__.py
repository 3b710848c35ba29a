"""The local language models that word the answers, and how each is run."""
