"""A lender: sets terms, fills applications from its budget, closes its books. A Mesa agent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.books.allocation import fill
from sim.books.returns import Return
from sim.books.soft_limit import NOTHING_RISKY
from sim.codes import NOT_APPLIED
from sim.lenders import budget, month_end, returns
from sim.lenders.failure import leave
from sim.lenders.learning import learn
from sim.lenders.markup import set_markup
from sim.lenders.offer_test import observe_offer_test
from sim.lenders.partners import note_partners
from sim.lenders.reporting import report_of
from sim.lenders.state import LenderState, Partnership
from sim.lenders.strategy import adjust_strategy
from sim.lenders.terms import offer_of
from sim.lenders.tightening import act_of_cuts
from sim.scoring.review import Review
from sim.state import Tallies
from sim.values import Act, Allocation, Economy, Headroom, Offer, Rulebook


class Lender(LenderState):
    """One lender. `index` is its position in order of id; all amounts are fen."""

    ways_out: ClassVar[str] = (
        "its loans and debts do not vanish with it; the shock lender_exit lets a lender stop lending and be wound up"
    )

    def set_partners(self, lenders: Mapping[str, Lender]) -> None:
        """Set the partner banks by name, and this lender as their originator."""
        self.partnerships = tuple(Partnership(lenders[terms.bank], terms) for terms in self.parameters.partnerships)
        for bank, _ in self.partnerships:
            bank.served_originators.append(self)

    # --- what the regulator may ask for
    def declared_productive_share(self) -> float:
        """Return the share of its loans that it declares as working capital."""
        return returns.declared_productive_share(self)

    def file_return(self, month: int, minimum_share: float) -> Return:
        """Return the lender's supervisory return of a month."""
        return returns.file_return(self, month, minimum_share)

    def pay_fine(self, amount_fen: int) -> int:
        """Pay a fine as far as there is cash, and return what was paid in fen."""
        return returns.pay_fine(self, amount_fen)

    def stop_relabelling(self, month: int) -> None:
        """Declare purposes as they are for some time, since inspectors have found out."""
        self.honest_until = month + self.parameters.relabelling.honest_months

    def ask_owners_now(self) -> None:
        """Put the question for capital to the owners at the next close."""
        returns.ask_owners_now(self)

    # --- step 3: terms ------------------------------------------------------------------------------------------------
    def meet_shocks(self, economy: Economy) -> None:
        """Apply the month's shocks to the lender, before anybody sets terms."""
        if economy.shock_effects.exits[self.index]:
            leave(self, economy.month)

    def take_rules(self, rulebook: Rulebook) -> None:
        """Take the rules of the month for its kind, and what has been announced."""
        self.month = rulebook.month
        self.rules, self.rules_ahead = rulebook.of(self.kind), rulebook.ahead_of(self.kind)
        self.licence_capital_fen = max(self.founding_licence_fen, self.scaled_fen(self.rules.licence_capital_yuan))
        self.least_capital_fen = max(self.founding_capital_fen, self.licence_capital_fen)
        if self.parameters.prepared_share > 0.0:
            ahead_yuan = self.parameters.prepared_share * self.rules_ahead.licence_capital_yuan
            self.least_capital_fen = max(self.least_capital_fen, self.scaled_fen(ahead_yuan))

    def set_terms(self, economy: Economy, rulebook: Rulebook) -> Offer:
        """Return the terms of the month: price by band, cut-offs, limits, and the partners' share."""
        note_partners(self, rulebook.month)
        self.band_of_cell = self.scorecard.bands(economy.unemployment_share)
        return offer_of(self, economy, rulebook)

    # --- step 5: money for applications ----------------------------------------------------------------------------
    def commit_to_partners(self, economy: Economy, rulebook: Rulebook) -> None:
        """Set aside, before allocation, what a partner bank will put into joint loans; what is not used lapses."""
        budget.commit_to_partners(self, economy, rulebook)

    def plan_budget(self, economy: Economy, rulebook: Rulebook) -> None:
        """Fix the month's headrooms; each is used up by both rounds of applications."""
        budget.plan_budget(self, economy, rulebook)

    def allocate(self, demand_fen: NDArray[np.int64]) -> Allocation:
        """Fill one round of applications from the budget; `demand_fen` is by stratum and priority."""
        allocation, self.budget = fill(self.index, self.budget, demand_fen)
        self.quota = self.quota.after(allocation.approved_fen)
        self.rule_quota = self.rule_quota.after(allocation.approved_fen)
        self.risky_lending = self.budget.risky or NOTHING_RISKY
        grounds = (allocation.binding, *allocation.stratum_bindings)
        self.binding = self.binding or next((ground for ground in grounds if ground), NOT_APPLIED)
        return allocation

    def headrooms(self) -> tuple[Headroom, ...]:
        """Return what is left of each headroom this month."""
        return self.budget.left()

    # --- step 7: the books --------------------------------------------------------------------------------------------
    def close_books(self, tallies: Tallies, economy: Economy, rulebook: Rulebook) -> None:
        """Pay for funding and work, provide for losses, refinance, tax, distribute; test solvency and liquidity."""
        month_end.close_books(self, tallies, economy, rulebook.of(self.kind))
        self.acts += act_of_cuts(self.name, self.index, self.status, economy.month, tallies)
        learn(self, tallies, economy)
        observe_offer_test(self, tallies, economy, rulebook)
        adjust_strategy(self, economy.month)
        set_markup(self, tallies, economy.month)

    def take_acts(self) -> list[Act]:
        """Return the acts since the last call."""
        acts, self.acts = self.acts, []
        return acts

    def take_reviews(self) -> list[tuple[str, Review]]:
        """Return the reviews of the scorecard since the last call, with the lender's name."""
        reviews, self.reviews = self.reviews, []
        return [(self.name, review) for review in reviews]

    def report(self) -> dict[str, Any]:
        """Return the columns of the lender table that come from the books."""
        return report_of(self)
