"""The demo shop: a database with real flaws and clean look-alikes, built on an embedded server."""
