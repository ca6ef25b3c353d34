"""A lender's trial: the months it keeps of it, and what it asks it about markup and limits."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from sim.agents.terms import own_stakes
from sim.books.charge_off import charge_off_share
from sim.books.trials import (
    OUTCOME_LAG_MONTHS,
    TRIAL_MONTHS,
    Counts,
    LimitTrial,
    Trial,
    Yields,
    limit_trial,
    price_trial,
)
from sim.money import basis_points
from sim.rules.pricing import Stake
from sim.state import Tallies
from sim.values import Economy, Rulebook

if TYPE_CHECKING:
    from sim.agents.lender import Lender


class Trying:
    """What a lender has counted of its trial, and what a yuan lent in it is worth to the lender now."""

    def __init__(self) -> None:
        """Start without having tried anything."""
        self.months: deque[Counts] = deque(maxlen=TRIAL_MONTHS + OUTCOME_LAG_MONTHS)
        self.yields: Yields | None = None

    def observe(self, lender: Lender, tallies: Tallies, economy: Economy, rulebook: Rulebook) -> None:
        """Keep a month of the trial, and what its loans earn and cost at the lender's present costs."""
        if lender.parameters.offer_test.share == 0.0:
            return
        self.months.append(tuple(tuple(arm) for arm in tallies.offer_test[lender.index].tolist()))
        self.yields = yields_of(lender, economy, rulebook)

    def of_prices(self, lender: Lender) -> Trial | None:
        """Return what the trial says of the markup, None while it is silent."""
        p = lender.parameters.offer_test
        return price_trial(self.known(), self.yields, p.least_offers, p.least_standard_errors) if self.yields else None

    def of_limits(self, lender: Lender) -> LimitTrial | None:
        """Return what the trial says of opening limits, None while it is silent."""
        p = lender.parameters.offer_test
        return limit_trial(self.known(), self.yields, p.least_offers, p.least_standard_errors) if self.yields else None

    def known(self) -> tuple[Counts, ...]:
        """Return the months kept, oldest first."""
        return tuple(self.months)


def yields_of(lender: Lender, economy: Economy, rulebook: Rulebook) -> Yields:
    """Return what a yuan lent is worth to the lender; beside several partners, as with the one that leaves it least."""
    p = lender.parameters
    # Bad here is 90 days late, and part of that is paid after all.
    bad_share = charge_off_share(lender.late_experience, p.charge_off_bucket, p.provisions.prior_months)
    return min(
        (yields_at(stake, bad_share) for stake in own_stakes(lender, economy, rulebook)),
        key=lambda yields: yields.margin_bp(basis_points(p.price_ceiling_apr)),
    )


def yields_at(stake: Stake, bad_share: float) -> Yields:
    """Return what a yuan lent on one stake is worth, where `bad_share` of bad loans are charged off."""
    money_apr = stake.funding_apr + stake.capital_share * (stake.target_roe - stake.funding_apr)
    return Yields(
        income_share_bp=basis_points(stake.income_share),
        part_share_bp=max(1, basis_points(stake.part_share)),
        cost_bp=basis_points(stake.part_share * money_apr + stake.opex_apr),
        loss_bp=basis_points(stake.part_share * stake.loss_given_default * bad_share),
    )
