"""Turns configurations into runs, and runs into evidence."""
