"""A lender learns: it counts how its loans turned out, and a review may change its card, cut-offs and prices."""

from __future__ import annotations

from sim.books.charge_off import charge_off_share, late_rolls_of
from sim.lenders.state import LenderState
from sim.scoring.anchoring import anchored
from sim.scoring.outcomes import counts_of
from sim.state import Tallies
from sim.values import Economy


def learn(lender: LenderState, tallies: Tallies, economy: Economy) -> None:
    """Count how loans turned out, and on the schedule review the scorecard; a new card is used from next month."""
    lender.late_experience = lender.late_experience.after(late_rolls_of(tallies, lender.index))
    if not lender.scorecard.is_counting:
        return
    lender.scorecard.observe(economy.month, counts_of(tallies, lender.index), economy.unemployment_share)
    if lender.scorecard.is_due(economy.month):
        review = lender.scorecard.refit(economy.month)
        lender.reviews.append(review)
        if lender.parameters.learning.refits:
            reason = f"{review.after.loans:,} loans judged, {review.after.bads:,} of them bad"
            lender.log(economy.month, "refits_scorecard", reason, lender.scorecard.model_version)
            take_over_card(lender, economy)


def take_over_card(lender: LenderState, economy: Economy) -> None:
    """Set cut-offs and prices to a card just refitted, which may speak of other shares than the one before."""
    p = lender.parameters
    if p.learning.keeps_approval_share:
        before, after = lender.band_of_cell, lender.scorecard.bands(economy.unemployment_share)
        applicants = lender.scorecard.outcomes.recently_applied()
        cutoffs = anchored(lender.cutoffs, before, after, applicants)
        if cutoffs.new.cutoff_band != lender.cutoffs.new.cutoff_band:
            reason = "the new card accepts as many of the same strangers; with the old one the cut-off was band "
            reason += str(lender.cutoffs.new.cutoff_band)
            lender.log(economy.month, "resets_cutoff", reason, cutoffs.new.cutoff_band)
        lender.cutoffs = cutoffs
    if p.learning.bridges_to_charge_off:
        months = p.provisions.prior_months
        lender.charged_off_share = charge_off_share(lender.late_experience, p.charge_off_bucket, months)


def signal_noise(lender: LenderState) -> float:
    """Return the noise of the behaviour signal; a new model may come with better data."""
    better = lender.parameters.learning.model_two_signal_noise
    return better if better >= 0.0 and lender.scorecard.model_version == 2 else lender.parameters.signal_noise
