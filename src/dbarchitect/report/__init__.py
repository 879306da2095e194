"""Pure functions from tasks to text: the TODO file, JSON, the terminal, documentation of the schema."""
