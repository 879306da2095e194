"""Access, row security, definer code, accounts."""
