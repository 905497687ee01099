"""Changes to the masters."""
