"""The JSON of what is found and answered: the same for --json and for the HTTP API."""
