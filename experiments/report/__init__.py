"""Draws the report of a study: figures, tables and words, from the manifest and the tables alone."""

from experiments.report.page import build

__all__ = ["build"]
