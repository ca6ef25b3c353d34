"""What access each strength of a rule leaves, and at what loss."""
