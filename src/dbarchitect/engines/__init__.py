"""Engines: one folder each, connect and read; an engine never imports another."""
