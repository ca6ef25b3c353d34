"""Print the page docs/guide/tables.md: python -m experiments.dictionary > docs/guide/tables.md."""

from experiments.dictionary.page import page

print(page(), end="")
