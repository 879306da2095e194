"""Keys, constraints, defaults and number spaces."""
