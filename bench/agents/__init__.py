"""What the tools for agents cost, and whether they suffice: tokens, calls, latencies."""
