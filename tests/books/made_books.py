"""Lenders on their own: months written contract by contract, as a clerk would, instead of by people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.books.ledger import HOUSEHOLDS, Ledger
from sim.books.settlement import post_customers
from sim.codes import BUCKETS, NOBODY
from sim.counted import Flow, HouseholdFlow
from sim.lenders.lender import Lender
from sim.lenders.partners import originators_of
from sim.observe.audit import audit
from sim.params import LENDER_KINDS, EconomyParameters, LenderParameters, MarketConfig, PopulationParameters
from sim.state import Tallies, blank_tallies
from sim.values import Economy, Rulebook, Rules, no_shock_effects

PAID_OFF, LOST = BUCKETS, BUCKETS + 1
NO_CAP = 1_000_000
OPENING_SAVINGS = 10**12


class Contract(NamedTuple):
    """One loan's month: where it stood, what moved, where it stands. Amounts are fen of the whole loan."""

    lender: int
    opening: int = 0  # 0 = lent this month
    bucket: int = 0
    lent: int = 0
    interest: int = 0
    repaid: int = 0
    next_bucket: int = 0  # or PAID_OFF, LOST
    partner: int = NOBODY
    share_bp: int = 0


def part_of(amount: int, share_bp: int) -> int:
    """Return a partner's part: the share of the stock, rounded down."""
    return (amount * share_bp) // 10_000


def tallies_of(
    lenders: int, contracts: Sequence[Contract], recovered: Sequence[int] = (), aware: Sequence[int] = ()
) -> Tallies:
    """Return what people would have tallied in a month of these contracts; `recovered` is fen by lender.

    `aware` counts, by lender, the people who have heard a rumour about it.
    """
    tallies = blank_tallies(lenders, 1)
    for contract in contracts:
        closing = contract.opening + contract.lent - contract.repaid
        lost = closing if contract.next_bucket == LOST else 0
        share, other = contract.share_bp, contract.partner
        parts = {
            "originations": part_of(contract.lent, share),
            "interest": part_of(contract.interest, share),
            "principal": part_of(contract.opening + contract.lent, share) - part_of(closing, share),
            "charge_offs": part_of(lost, share),
            "recoveries": 0,
        }
        flows = {
            "originations": contract.lent,
            "interest": contract.interest,
            "principal": contract.repaid,
            "charge_offs": lost,
            "opening_last_bucket_rolled": lost,
            "loans": int(contract.next_bucket < BUCKETS),
        }
        for name, amount in flows.items():
            tallies.flow[contract.lender, Flow.of(name)] += amount
        for column, (name, amount) in enumerate(parts.items()):
            if other != NOBODY:
                tallies.flow[contract.lender, Flow.of(f"{name}_partner")] += amount
                tallies.partner_flow[contract.lender, other, column] += amount
        if contract.opening:
            tallies.roll_count[contract.lender, contract.bucket, contract.next_bucket] += 1
            tallies.roll_amount[contract.lender, contract.bucket, contract.next_bucket] += contract.opening
        if contract.next_bucket < BUCKETS:
            tallies.stock[contract.lender, contract.next_bucket] += closing
            tallies.stock_count[contract.lender, contract.next_bucket] += 1
            tallies.vintage_stock[contract.lender, 0] += closing
            tallies.tickets[contract.lender, 0] += (1, closing, closing)
            tallies.debtors[contract.lender, 0] += (1, closing)
            tallies.region_sectors[contract.lender, 0] += closing
            if other != NOBODY:
                tallies.partner_stock[contract.lender, other, contract.next_bucket] += part_of(closing, share)
        tallies.claims[contract.lender] += lost
    for lender, amount in enumerate(recovered):
        tallies.flow[lender, Flow.RECOVERIES] += amount
    for lender, people in enumerate(aware):
        tallies.flow[lender, Flow.AWARE] = people
    return tallies


def made_economy(month: int, lenders: int, **changes: object) -> Economy:
    """Return a calm month in which money costs 4% and deposits 2%."""
    calm = Economy(
        month=month,
        date="2021-01-01",
        gap=0.0,
        unemployment_share=0.05,
        separation_shares=(0.01,) * 6,
        finding_share=0.15,
        wage_index=1.0,
        season_factor=1.0,
        policy_rate_apr=0.04,
        deposit_apr=0.02,
        funding_spread_apr=0.0,
        rollover_factors=(1.0,) * lenders,
        rumour_seed_shares=(0.0,) * lenders,
        shock_effects=no_shock_effects(lenders),
    )
    return calm._replace(**changes)


def made_rulebook(month: int = 0, **changes: object) -> Rulebook:
    """Return rules that hardly bind: 8% of capital and nothing else."""
    rules = Rules(
        max_apr_bp=NO_CAP,
        borrower_cap_fen=10**9,
        minimum_capital_share=0.08,
        own_share_floor=0.0,
        disclosure_share=0.0,
        registry_coverage_share=0.0,
        registry_memory_months=60,
    )._replace(**changes)
    return Rulebook(month, tuple((kind, rules) for kind in LENDER_KINDS), (), ())


class Town:
    """A few lenders, their ledger, and months posted by hand; every month is audited."""

    def __init__(self, *lenders: tuple[str, LenderParameters], people: int = 0, tax_share: float = 0.0) -> None:
        config = MarketConfig(
            lender=lenders,
            population=PopulationParameters(size=people),
            economy=EconomyParameters(profit_tax_share=tax_share),
        )
        self.ledger = Ledger()
        self.ledger.open_households(OPENING_SAVINGS)
        model = mesa.Model(rng=1)
        self.lenders = [
            Lender(model, name, index, parameters, config, self.ledger)
            for index, (name, parameters) in enumerate(lenders)
        ]
        for lender in self.lenders:
            lender.set_partners({other.name: other for other in self.lenders})
        self.originators = originators_of(lenders)
        self.opening_stock: NDArray[np.int64] | None = None

    def month(
        self,
        month: int,
        *contracts: Contract,
        recovered: Sequence[int] = (),
        aware: Sequence[int] = (),
        rules: Mapping[str, object] | None = None,
        flows: Mapping[str, int] | None = None,
        **economy: object,
    ) -> Tallies:
        """Post and close one month, and hold the books against the contracts."""
        tallies = tallies_of(len(self.lenders), contracts, recovered, aware)
        for name, amount in (flows or {}).items():
            tallies.flow[0, Flow.of(name)] += amount
        rulebook = made_rulebook(month, **(rules or {}))
        self.ledger.begin_month()
        post_customers(self.ledger, self.originators, tallies)
        for lender in self.lenders:
            lender.close_books(tallies, made_economy(month, len(self.lenders), **economy), rulebook)
        tallies.household[HouseholdFlow.SAVINGS] = self.ledger.balance(HOUSEHOLDS, "cash")
        audit(self.ledger, self.lenders, tallies, self.opening_stock, month)
        self.opening_stock = tallies.stock.copy()
        return tallies
