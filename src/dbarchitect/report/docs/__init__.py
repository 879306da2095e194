"""Documentation of a database: data dictionary, ER diagrams; pure functions from a snapshot to texts."""
