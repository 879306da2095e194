"""Settings against machine and load."""
