"""The sections of the page; each reads its tables and returns texts, figures and tables."""
