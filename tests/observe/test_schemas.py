"""What a study's tables need of the record's: the keys of a study are free to be added."""

import pytest

from experiments.compose.run import KEYS
from sim.observe.columns import SCHEMAS


@pytest.mark.parametrize("name", SCHEMAS)
def test_no_column_has_the_name_of_a_key_of_studies(name: str) -> None:
    assert set(SCHEMAS[name]).isdisjoint(KEYS), "studies put these columns before every row"
