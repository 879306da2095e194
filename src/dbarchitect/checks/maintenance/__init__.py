"""Vacuum, storage, activity, replication, health."""
