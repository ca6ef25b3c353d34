"""A lender's scorecard over time: it counts outcomes, is reviewed on a schedule, and may learn from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.params import LearningParameters
from sim.scoring.features import CELLS, CELLS_WITH_SECTOR, TENURE_BINS
from sim.scoring.outcomes import Counts, MonthCounts, Outcomes, Sample, sample_of, truth_by_group
from sim.scoring.quality import (
    BandOutcome,
    Comparison,
    Quality,
    by_band,
    calibration,
    population_stability,
    quality,
    within_cells,
)
from sim.scoring.scorecard import (
    EXPERT,
    POINTS_PER_LOG_ODDS,
    Scorecard,
    band_of_cell,
    band_of_points,
    cells_told_apart,
    expecting,
    points_of_cells,
    predicted_points,
    shifted,
    whole_points,
)

BEGINNING = -10_000  # before any month there is
PUBLISHED_DIGITS = 3  # unemployment is published to a tenth of a percentage point


class Truth(NamedTuple):
    """How a card did on applicants the simulator followed; those never in debt are left out of every share."""

    everybody: Quality
    approved: Quality
    refused: Quality
    refused_never_in_debt: int
    refused_strangers: Quality  # the refused who had no line: an earlier answer here did not bring them
    compared: Comparison  # refused strangers beside strangers lent to in the same cell
    bands: list[BandOutcome]  # of everybody
    refused_bands: list[BandOutcome]


class Judgement(NamedTuple):
    """One card on one set of outcomes."""

    card: Scorecard
    model_version: int
    own: Quality
    strangers: Quality  # the same, of loans to people who had no line before
    stability_index: float | None
    bands: list[BandOutcome]
    truth: Truth


class Review(NamedTuple):
    """One look at a scorecard: the card in force on loans it had not seen, and the card that is used from now on."""

    month: int
    before: Judgement
    after_review: Judgement | None  # None when the card stays as it was

    @property
    def after(self) -> Quality:
        """The figures of the card used from now on."""
        return (self.after_review or self.before).own

    def judgements(self) -> Iterator[tuple[str, Judgement]]:
        """Yield the judgements with the names they have in the record."""
        yield "before", self.before
        if self.after_review is not None:
            yield "after", self.after_review

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of the table of scorecards, without the lender."""
        for name, judged in self.judgements():
            truth = judged.truth
            yield {
                "month": self.month,
                "card": name,
                "model_version": judged.model_version,
                **judged.own._asdict(),
                "stranger_loans": judged.strangers.loans,
                "stranger_bads": judged.strangers.bads,
                "stranger_predicted_share": judged.strangers.predicted_share,
                "stranger_realised_share": judged.strangers.realised_share,
                "population_stability_index": judged.stability_index,
                "truth_people": truth.everybody.loans,
                "truth_auc_share": truth.everybody.auc_share,
                "truth_ks_share": truth.everybody.ks_share,
                "truth_brier_score": truth.everybody.brier_score,
                "approved_people": truth.approved.loans,
                "approved_bads": truth.approved.bads,
                "approved_predicted_share": truth.approved.predicted_share,
                "approved_bad_share": truth.approved.realised_share,
                "refused_people": truth.refused.loans,
                "refused_bads": truth.refused.bads,
                "refused_predicted_share": truth.refused.predicted_share,
                "refused_bad_share": truth.refused.realised_share,
                "refused_auc_share": truth.refused.auc_share,
                "refused_ks_share": truth.refused.ks_share,
                "refused_brier_score": truth.refused.brier_score,
                "refused_never_in_debt": truth.refused_never_in_debt,
                "refused_strangers": truth.refused_strangers.loans,
                "refused_stranger_bads": truth.refused_strangers.bads,
                "refused_stranger_predicted_share": truth.refused_strangers.predicted_share,
                "refused_stranger_bad_share": truth.refused_strangers.realised_share,
                "compared_people": truth.compared.people,
                "compared_excess_share": truth.compared.excess_share,
            }

    def band_rows(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of the table of calibration by band, without the lender."""
        for name, judged in self.judgements():
            own, truth, refused = (
                {outcome.band: outcome for outcome in outcomes}
                for outcomes in (judged.bands, judged.truth.bands, judged.truth.refused_bands)
            )
            for band in sorted(own | truth):
                yield {
                    "month": self.month,
                    "card": name,
                    **own.get(band, BandOutcome(band, 0, 0, None))._asdict(),
                    **said_of_people("truth", truth.get(band)),
                    **said_of_people("refused", refused.get(band)),
                }


def said_of_people(group: str, outcome: BandOutcome | None) -> dict[str, Any]:
    """Return the columns about watched applicants of one band; nobody is in it when there is no outcome."""
    people, bads, predicted = (outcome.loans, outcome.bads, outcome.predicted_share) if outcome else (0, 0, None)
    return {f"{group}_people": people, f"{group}_bads": bads, f"{group}_predicted_share": predicted}


class LearningScorecard:
    """The scorecard a lender holds. It starts as the expert's; without reviews it stays so and counts nothing."""

    def __init__(self, parameters: LearningParameters, card_shift: float, cells: int) -> None:
        """Start from the expert card moved by `card_shift` log odds; `cells` is the size of the market's tables."""
        self.parameters = parameters
        self.cells = cells
        self.card = shifted(EXPERT, card_shift)
        self.prior = self.card._replace(unemployment=whole_points(parameters.unemployment_log_odds))
        self.model_version = 1
        self.is_counting = parameters.review_months > 0
        self.outcomes = Outcomes(cells if self.is_counting else 0, parameters.window_months, parameters.memory_months)
        self.learned_until = BEGINNING  # cohorts from this month on are new to the card in force
        self.table = (self.card, band_of_cell(self.card, cells))

    def bands(self, unemployment_share: float) -> NDArray[np.int8]:
        """Return the band of every cell for applicants of a month with this expected unemployment, shape (cells,)."""
        card = expecting(self.card, published(unemployment_share))
        if card != self.table[0]:
            self.table = (card, band_of_cell(card, self.cells))
        return self.table[1]

    def observe(self, month: int, counts: MonthCounts, unemployment_share: float) -> None:
        """Count a month's applications, loans and outcomes. Call once a month, in order."""
        self.outcomes.observe(month, counts, published(unemployment_share))

    def version_in(self, month: int) -> int:
        """Return the version of the model that a card fitted in this month has."""
        return 2 if month >= self.parameters.model_two_from_month else 1

    def is_due(self, month: int) -> bool:
        """Return whether the card is reviewed at the end of this month; a change of model is a review of its own."""
        p = self.parameters
        if not self.is_counting:
            return False
        scheduled = month >= p.first_review_month and (month - p.first_review_month) % p.review_months == 0
        return scheduled or month == p.model_two_from_month

    def refit(self, month: int) -> Review:
        """Judge the card in force, replace it by one that has learned unless only measuring, and return what was found.

        The new card stands in `card`.
        """
        truth = self.outcomes.take_truth()
        unseen = sample_of(self.outcomes.closed_since(self.learned_until), self.cells)
        before = self.judge(self.card, self.model_version, unseen, truth)
        if not self.parameters.refits:
            self.learned_until = month - self.parameters.window_months + 1
            return Review(month, before, None)
        # Imported only by lenders that learn: SciPy's optimisers take a second to load.
        from sim.scoring.learning import refit

        p = self.parameters
        self.model_version = self.version_in(month)
        folded = CELLS if self.model_version == 1 else CELLS_WITH_SECTOR
        everything = self.outcomes.closed_since(BEGINNING)
        sample = sample_of(everything, folded)
        leaves_out = p.model_two_leaves_out if self.model_version == 2 else ()
        fit = refit(sample, self.prior, p.prior_bads, self.model_version, p.reject_odds_factor, leaves_out)
        self.card = fit.card
        self.learned_until = month - p.window_months + 1
        return Review(month, before, self.judge(self.card, self.model_version, sample, truth))

    def judge(self, card: Scorecard, model_version: int, sample: Sample, truth: Counts) -> Judgement:
        """Return how a card did on outcomes and on what became of watched applicants."""
        points = predicted_points(card, sample.cells, sample.unemployment_shares)
        odds = points / POINTS_PER_LOG_ODDS
        bad = sample.bad.astype(np.int64)
        good = sample.lent.astype(np.int64) - bad
        bands = band_of_cell(card, self.cells)
        new = tenures_of(sample.cells) == 0
        return Judgement(
            card=card,
            model_version=model_version,
            own=quality(odds, points, good, bad),
            strangers=quality(odds[new], points[new], good[new], bad[new]),
            stability_index=population_stability(
                by_band(bands, self.outcomes.applied_before()), by_band(bands, self.outcomes.recently_applied())
            ),
            bands=calibration(band_of_points(points), odds, good, bad),
            truth=self.truth_of(card, truth),
        )

    def truth_of(self, card: Scorecard, truth: Counts) -> Truth:
        """Return how a card did on watched applicants, by what their application came to."""
        seen = np.flatnonzero(truth.sum(axis=1))
        points, groups = points_of_cells(card, self.cells)[seen], truth_by_group(truth[seen])
        odds = points / POINTS_PER_LOG_ODDS
        strangers = tenures_of(seen) == 0
        together = sum(groups.values(), start=np.zeros_like(groups["approved"]))
        bands, refused = band_of_points(points), groups["refused"]
        return Truth(
            everybody=quality(odds, points, together[:, 0], together[:, 1]),
            approved=quality(odds, points, groups["approved"][:, 0], groups["approved"][:, 1]),
            refused=quality(odds, points, refused[:, 0], refused[:, 1]),
            refused_never_in_debt=int(refused[:, 2].sum()),
            refused_strangers=quality(odds[strangers], points[strangers], refused[strangers, 0], refused[strangers, 1]),
            compared=within_cells(
                cells_told_apart(card, seen)[strangers], refused[strangers], groups["approved"][strangers]
            ),
            bands=calibration(bands, odds, together[:, 0], together[:, 1]),
            refused_bands=calibration(bands, odds, refused[:, 0], refused[:, 1]),
        )


def tenures_of(cells: Counts) -> Counts:
    """Return the bin of the line's tenure of these cells, 0 for strangers: the fastest axis of a cell's number."""
    return cells % TENURE_BINS


def published(unemployment_share: float) -> float:
    """Return unemployment as it is published, the forecast of a lender that expects no change."""
    return round(unemployment_share, PUBLISHED_DIGITS)
