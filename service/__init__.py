"""Answer me, and show me where."""
