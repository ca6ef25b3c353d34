"""Analyses that stand on studies: what they share, and a room for each."""
