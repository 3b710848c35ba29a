"""The service over HTTP: its API, its pages, and how errors and streams are sent."""
