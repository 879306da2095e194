"""Indexes: missing, redundant, unused, broken, unfit."""
