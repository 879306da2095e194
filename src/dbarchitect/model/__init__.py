"""Plain frozen values that pass between the rooms; imports nothing but the standard library."""
