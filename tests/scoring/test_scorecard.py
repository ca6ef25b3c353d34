"""The expert card: the risk of a cell by hand, bands in order, and what a shift does."""

import math
from itertools import pairwise

import numpy as np
import pytest

from sim.codes import BANDS
from sim.scoring.features import CELLS, CELLS_WITH_SECTOR, cell_of, with_sector
from sim.scoring.scorecard import (
    EXPERT,
    RISKIEST_PD,
    SAFEST_PD,
    band_default_shares,
    band_edges,
    band_of_cell,
    cells_told_apart,
    expecting,
    log_odds,
    points_of_cells,
    predicted_points,
    shifted,
)


def test_the_points_of_a_cell_add_up() -> None:
    cell = cell_of(2, 3, 1, 0, 4, 1)
    by_hand = (
        EXPERT.intercept
        + EXPERT.history[2]
        + EXPERT.debt[3]
        + EXPERT.inquiries[1]
        + EXPERT.income[0]
        + EXPERT.signal[4]
        + EXPERT.tenure[1]
    )
    assert points_of_cells(EXPERT)[cell] == by_hand
    assert log_odds(EXPERT)[cell] == by_hand / 1000


def test_bands_are_evenly_spaced_in_logs_between_their_ends() -> None:
    edges = band_edges()
    assert len(edges) == BANDS + 1
    assert edges[0] == pytest.approx(SAFEST_PD)
    assert edges[-1] == pytest.approx(RISKIEST_PD)
    ratios = [high / low for low, high in pairwise(edges)]
    assert ratios == pytest.approx([ratios[0]] * BANDS)
    for middle, low, high in zip(band_default_shares(), edges[:-1], edges[1:], strict=True):
        assert middle == pytest.approx(math.sqrt(low * high))


def test_a_cell_is_in_the_band_that_holds_its_risk() -> None:
    bands = band_of_cell(EXPERT)
    assert bands.shape == (CELLS,)
    assert bands.dtype == np.int8
    risk = 1.0 / (1.0 + np.exp(-log_odds(EXPERT)))
    edges = band_edges()
    for cell in range(0, CELLS, 37):
        band = bands[cell]
        assert band == 0 or risk[cell] >= edges[band] * (1 - 1e-12)
        assert band == BANDS - 1 or risk[cell] < edges[band + 1] * (1 + 1e-12)


def test_a_worse_bin_is_never_a_safer_band() -> None:
    bands = band_of_cell(EXPERT)
    # Tenure is left out: somebody with a new line is riskier than an applicant without one, and than an old customer.
    worst_first = {0: range(3, -1, -1), 1: range(4, -1, -1), 2: range(2, -1, -1), 3: range(5), 4: range(5)}
    middle = [1, 2, 1, 2, 2, 1]
    for feature, values in worst_first.items():
        found = [bands[cell_of(*[v if i == feature else m for i, m in enumerate(middle)])] for v in values]
        assert found == sorted(found, reverse=True)
        assert found[0] > found[-1]


def test_a_shift_moves_all_cells_the_same_way() -> None:
    plain, riskier, safer = (band_of_cell(shifted(EXPERT, shift)) for shift in (0.0, 1.0, -1.0))
    assert (riskier >= plain).all()
    assert (safer <= plain).all()
    assert (riskier > plain).mean() > 0.9


def test_a_card_with_a_missing_point_is_refused_by_the_name_of_the_feature() -> None:
    with pytest.raises(ValueError, match="inquiries: needs 3 points, had 2"):
        log_odds(EXPERT._replace(inquiries=(0, 300)))


def test_a_table_of_an_unknown_size_is_refused() -> None:
    with pytest.raises(ValueError, match="cells: must be 4500 or 27000, was 12"):
        points_of_cells(EXPERT, 12)


def test_sectors_have_blocks_of_cells() -> None:
    card = EXPERT._replace(sector=(0, 300, 0, 0, -200, 0))
    fine, coarse = points_of_cells(card, CELLS_WITH_SECTOR), points_of_cells(card)
    cell = cell_of(1, 2, 0, 3, 1, 2)
    for sector, points in enumerate(card.sector):
        assert fine[with_sector(cell, sector, CELLS_WITH_SECTOR)] == coarse[cell] + points
        assert with_sector(cell, sector, CELLS) == cell
    assert (band_of_cell(EXPERT, CELLS_WITH_SECTOR).reshape(6, CELLS) == band_of_cell(EXPERT)).all()


def test_a_forecast_moves_the_card_by_its_points() -> None:
    card = EXPERT._replace(unemployment=80, usual_unemployment_share=0.05)
    assert expecting(card, 0.05) == card
    assert expecting(card, 0.07).intercept == card.intercept + 160
    assert expecting(EXPERT, 0.2) == EXPERT
    cells = np.array([4, 4])
    assert np.diff(predicted_points(card, cells, np.array([0.05, 0.04]))).tolist() == [-80]


def test_a_card_cannot_tell_cells_apart_that_differ_in_what_it_does_not_know() -> None:
    cell, other_signal = cell_of(1, 2, 0, 3, 4, 1), cell_of(1, 2, 0, 3, 0, 1)
    elsewhere = with_sector(cell, 3, CELLS_WITH_SECTOR)
    cells = np.array([cell, other_signal, elsewhere])
    assert cells_told_apart(EXPERT, cells).tolist() == [cell, other_signal, cell], "the first model knows no sectors"
    knows_sectors = EXPERT._replace(sector=(0, 1, 0, 0, 0, 0))
    assert cells_told_apart(knows_sectors, cells).tolist() == cells.tolist()
    blind = EXPERT._replace(signal=(0,) * 5)
    assert len(set(cells_told_apart(blind, cells).tolist())) == 1
