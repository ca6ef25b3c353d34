"""Draws the report of a study: figures, tables and words, from the manifest and the tables alone."""

from experiments.report.study_page import build

__all__ = ["build"]
