"""One borrower's contracts, order of payment, charge-off and ledger entries, against a reference kept by dates.

The borrower earns nothing and needs nothing; each month a given purse is all there is. So what happens follows from the
conventions alone, and kernels and reference must enter exactly those fen in the lenders' books.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction
from math import floor

import numpy as np
import pytest

from sim.codes import CHARGED_OFF, LINE_OPEN, NOBODY, NOTHING_SOLD, OPEN, REGION_SECTORS
from sim.counted import Flow
from sim.draws import Draws
from sim.params import BehaviourParameters
from sim.people.engine import PeopleEngine
from sim.people.terms import Conditions, Terms
from sim.rules.repayment import level_instalment
from sim.state import People
from tests.people.made_market import Market, everybody_served, made_conditions, made_terms, started
from tests.people.side_by_side import blank_side_by_side, what_stands
from tests.reference.engine import ReferenceEngine
from tests.rules.contract_by_dates import ContractByDates
from tests.variants import fast_first

PLATFORM, BANK = 0, 1
CHARGE_OFF_BUCKETS = (6, 12)
PENALTY = Fraction(3, 2)
RECOVERY_SHARE = Fraction(1, 4)
COLLECTION_MONTHS = 24


@dataclass
class Holding:
    """A contract as its lender and the lender's partner see it."""

    contract: ContractByDates
    lender: int
    partner: int
    share_bp: int
    is_charged_off: bool = False
    claim: int = 0
    collection_left: int = 0

    def partners(self, amount: int) -> int:
        return amount * self.share_bp // 10_000 if self.partner != NOBODY else 0


def holdings(generator: random.Random) -> list[Holding]:
    """Two loans of a platform, the first shared with the bank, and one of the bank itself."""
    held = []
    for lender, partner, share_bp in [(PLATFORM, BANK, 7_000), (BANK, NOBODY, 0), (PLATFORM, NOBODY, 0)]:
        principal, apr_bp, term = (
            generator.randint(10, 300) * 10_000,
            generator.randint(600, 3_600),
            generator.choice([3, 6, 9, 12, 24]),
        )
        instalment = level_instalment(principal, apr_bp, term)
        held.append(Holding(ContractByDates(principal, apr_bp, term, instalment, PENALTY), lender, partner, share_bp))
    return held


def lone_borrower(held: list[Holding]) -> People:
    people = blank_side_by_side(1, 2)
    people.lines.status[...] = LINE_OPEN  # with a limit of zero: no line is worth anything
    for slot, holding in enumerate(held):
        contract = holding.contract
        for name, value in {
            "principal": contract.principal,
            "original": contract.principal,
            "instalment": contract.instalment,
            "apr_bp": contract.apr_bp,
            "instalments_left": contract.term,
            "lender": holding.lender,
            "partner": holding.partner,
            "partner_share_bp": holding.share_bp,
            "origination_month": slot - len(held),
            "status": OPEN,
        }.items():
            getattr(people.loans, name)[0, slot] = value
    return people


def plain_surroundings(market: Market, month: int) -> tuple[Terms, Conditions]:
    terms = made_terms(market, month)._replace(
        postponement=np.zeros(len(CHARGE_OFF_BUCKETS), dtype=np.int64),
        is_bank=np.array([0, 1]),
        registry_coverage=np.array([1.0, 1.0]),
        collection_effort=np.array([1.0, 1.0]),
        sold_before=np.array([NOTHING_SOLD, NOTHING_SOLD]),
        open=np.array([0, 0]),
    )
    conditions = made_conditions(market, month)._replace(
        wage_index=1.0,
        bonus_factor=1.0,
        informal_supply_share=0.0,
        separation_shares=np.zeros(REGION_SECTORS),
        income_factors=np.ones(REGION_SECTORS),
        community_default_points=np.zeros(1),
    )
    return terms, conditions


def steadfast() -> BehaviourParameters:
    """Behaviour of one who never forgets and never walks away."""
    usual = BehaviourParameters()
    return usual._replace(
        repayment=usual.repayment._replace(
            forget_share=0.0,
            stigma_burden_months=1e12,
            penalty_factor=float(PENALTY),
            recovery_surplus_share=float(RECOVERY_SHARE),
            collection_months=COLLECTION_MONTHS,
        )
    )


def live_by_dates(held: list[Holding], month: int, purse: int) -> dict[str, list[int]]:
    """Let the reference live a month; return flows by lender."""
    flows = {name: [0, 0] for name in ("interest", "principal", "charge_offs", "recoveries", "defaults")}
    flows |= {f"{name}_partner": [0, 0] for name in ("interest", "principal", "charge_offs", "recoveries")}
    old_claims = [holding for holding in held if holding.collection_left > 0]
    living = [holding for holding in held if holding.contract.due_months and not holding.is_charged_off]
    # The bank first, because the registry makes its record matter; then the oldest arrears; then the oldest loan.
    living.sort(key=lambda holding: (holding.lender != BANK, -holding.contract.bucket_after(month - 1)))
    for holding in living:
        before = holding.contract.principal
        interest, principal = holding.contract.live(month, purse)
        purse -= interest + principal
        owed = holding.contract.principal
        flows["interest"][holding.lender] += interest
        flows["principal"][holding.lender] += principal
        flows["interest_partner"][holding.lender] += holding.partners(interest)
        flows["principal_partner"][holding.lender] += holding.partners(before) - holding.partners(owed)
        if holding.contract.bucket_after(month) > CHARGE_OFF_BUCKETS[holding.lender]:
            holding.claim, holding.collection_left = owed, COLLECTION_MONTHS
            holding.is_charged_off = True
            flows["charge_offs"][holding.lender] += owed
            flows["charge_offs_partner"][holding.lender] += holding.partners(owed)
            flows["defaults"][holding.lender] += 1
    for holding in old_claims:
        paid = min(holding.claim, floor(purse * RECOVERY_SHARE))
        flows["recoveries"][holding.lender] += paid
        flows["recoveries_partner"][holding.lender] += holding.partners(holding.claim) - holding.partners(
            holding.claim - paid
        )
        purse -= paid
        holding.claim -= paid
        holding.collection_left = holding.collection_left - 1 if holding.claim else 0
    return flows


def give(engine: PeopleEngine | ReferenceEngine, purse: int) -> None:
    """Make a purse all that the borrower has."""
    if isinstance(engine, ReferenceEngine):
        engine.borrowers[0].savings = purse
    else:
        engine.people.borrowers.savings[0] = purse


@pytest.mark.parametrize("kind", [PeopleEngine, ReferenceEngine])
@pytest.mark.parametrize("seed", fast_first(range(25), 8))
def test_books_hold_what_the_conventions_say(kind, seed):
    generator = random.Random(seed)
    held = holdings(generator)
    market = Market(seed, lone_borrower(held), 1, steadfast(), CHARGE_OFF_BUCKETS)
    engine = started(market, kind)
    everybody = everybody_served(lenders=2)
    dues = sum(holding.contract.instalment for holding in held)
    poverty = generator.choice([0.0, 0.3, 0.6])
    for month in range(1, 45):
        purse = 0 if generator.random() < poverty else int(generator.uniform(0.0, 3.0) * dues)
        give(engine, purse)
        terms, conditions = plain_surroundings(market, month)
        chance = Draws(seed).of(month)
        engine.begin_month()
        engine.earn(conditions, chance)
        engine.seek_credit(terms, conditions, chance)
        engine.try_elsewhere(everybody, terms, conditions, chance)
        tallies = engine.settle(everybody, everybody, terms, conditions, chance)
        expected = live_by_dates(held, month, purse)
        for name, by_lender in expected.items():
            assert tallies.flow[:, Flow.of(name)].tolist() == by_lender, (month, name)
        loans = what_stands(engine.state()).loans
        stand = {
            month: (claim, status)
            for month, claim, status in zip(
                loans.origination_month.tolist(), loans.principal.tolist(), loans.status.tolist(), strict=True
            )
        }
        for place, holding in enumerate(held):
            claim, status = stand.get(place - len(held), (0, 0))
            assert (status == CHARGED_OFF) == (holding.collection_left > 0)
            assert claim == (holding.claim if holding.collection_left else holding.contract.principal * bool(status))


def test_the_lives_compared_hold_every_kind_of_entry():
    totals: dict[str, int] = {}
    for seed in range(25):
        generator = random.Random(seed)
        held = holdings(generator)
        for month in range(1, 45):
            for name, by_lender in live_by_dates(held, month, generator.choice([0, 0, 100_000, 2_000_000])).items():
                totals[name] = totals.get(name, 0) + sum(by_lender)
    assert [name for name, total in totals.items() if total == 0] == []


@pytest.mark.parametrize("kind", [PeopleEngine, ReferenceEngine])
@pytest.mark.parametrize(("lender", "charged_off_in_month"), [(PLATFORM, 7), (BANK, 13)])
def test_who_never_pays_is_charged_off_after_180_or_360_days(kind, lender, charged_off_in_month):
    """The first instalment falls due in month 1; 30 days later it is in bucket 1, and so on to the lender's age."""
    held = [Holding(ContractByDates(600_000, 1_200, 24, 28_245, PENALTY), lender, NOBODY, 0)]
    market = Market(1, lone_borrower(held), 1, steadfast(), CHARGE_OFF_BUCKETS)
    engine = started(market, kind)
    everybody = everybody_served(lenders=2)
    charged_off = []
    for month in range(1, 16):
        give(engine, 0)
        terms, conditions = plain_surroundings(market, month)
        chance = Draws(1).of(month)
        engine.begin_month()
        engine.earn(conditions, chance)
        engine.seek_credit(terms, conditions, chance)
        engine.try_elsewhere(everybody, terms, conditions, chance)
        tallies = engine.settle(everybody, everybody, terms, conditions, chance)
        if tallies.flow[lender, Flow.CHARGE_OFFS] == 600_000:
            charged_off.append(month)
        elif not charged_off:
            assert tallies.stock[lender, month] == 600_000
    assert charged_off == [charged_off_in_month]
