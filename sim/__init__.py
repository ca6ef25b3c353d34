"""Sluice: a market for online consumer credit, person by person."""
