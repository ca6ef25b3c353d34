"""Carries out the runs of a plan, on whatever executor, and survives what happens to them."""
