"""What is written down of a market, and the audit that is always on."""
