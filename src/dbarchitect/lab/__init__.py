"""Servers that we start and own, and what is tried out on them: the only room that writes to a database."""
