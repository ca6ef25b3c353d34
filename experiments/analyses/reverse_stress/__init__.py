"""The smallest shock that breaks a named limit."""
