"""Small made-up markets for the engines: people, terms, conditions and behaviour drawn from one seed.

Everything is valid by the bounds of the parameters, and made to visit corners: people start with loans in every bucket,
claims under collection, frozen and barred lines, rumours, informal debt; lenders freeze, run dry, change terms monthly.
"""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.codes import (
    ANY_NUMBER_OF_LENDERS,
    ANY_TERM_MONTHS,
    BANDS,
    BUDGET_OUTCOMES,
    CHARGED_OFF,
    FROZEN,
    LINE_BARRED,
    LINE_FROZEN,
    LINE_OPEN,
    NEVER,
    NO_INCOME_CAP_MONTHS,
    NO_LICENCE,
    NO_LINE,
    NO_PRICE,
    NOBODY,
    NOT_POSTPONED,
    NOTHING_SOLD,
    OPEN,
    POSTPONED_WITH_INTEREST,
    POSTPONED_WITHOUT_INTEREST,
    PRIORITIES,
    RATE_CAP,
    REGION_SECTORS,
    SECTORS,
    STRATA,
)
from sim.counted import GROUPS
from sim.draws import Draws
from sim.economy.spillovers import Rumour
from sim.money import monthly_interest
from sim.params import BehaviourParameters, quantities
from sim.people.engine import PeopleEngine
from sim.people.terms import INCOME_NOISE, Conditions, Cutoffs, Terms, cuts_of
from sim.rules.repayment import level_instalment
from sim.scoring.features import CELLS, CELLS_WITH_SECTOR
from sim.state import NOTHING_COUNTED, Counting, People, Tallies
from sim.values import LineCuts
from tests.people.side_by_side import COLUMNS, blank_side_by_side, tables_of, what_stands
from tests.reference.engine import ReferenceEngine, borrowers_of
from tests.reference.person import empty_world

Engine = PeopleEngine | ReferenceEngine
TERM_MONTHS = (3, 6, 9, 12, 24)
# What scorecards have counted: nothing, cells, or cells by sector; a market's seed chooses.
COUNTINGS = (NOTHING_COUNTED, Counting(CELLS, 13), Counting(CELLS_WITH_SECTOR, 7))
OPENING_MONTH = 30  # so that people can have had loans for a while


class Market(NamedTuple):
    """A market that any engine can be started on."""

    seed: int
    people: People  # side by side
    communities: int
    behaviour: BehaviourParameters
    charge_off_buckets: tuple[int, ...]

    @property
    def counting(self) -> Counting:
        """What the passes count of scorecards, and whether demand is told apart by region and sector."""
        strata = STRATA if self.seed // len(COUNTINGS) % 2 else 1
        return COUNTINGS[self.seed % len(COUNTINGS)]._replace(strata=strata)


def made_behaviour(generator: np.random.Generator) -> BehaviourParameters:
    """Return behaviour with about half of all numbers at their defaults and the others anywhere within bounds."""
    sections: dict[str, Any] = {}
    for name, section in BehaviourParameters()._asdict().items():
        chosen = {}
        for field, quantity in quantities(type(section)).items():
            is_whole = isinstance(getattr(section, field), int)
            roll = generator.random()
            if roll < 0.3:
                value = generator.uniform(quantity.low, quantity.high)
            elif roll < 0.35:
                value = generator.choice([quantity.low, quantity.high])
            else:
                continue
            chosen[field] = round(value) if is_whole else float(value)
        sections[name] = section._replace(**chosen)
    return BehaviourParameters(**sections)


def made_market(seed: int, size: int = 60, lenders: int = 4, communities: int = 3, steady: bool = False) -> Market:
    """Return a market; `steady` keeps the default behaviour."""
    generator = np.random.default_rng(seed)
    behaviour = BehaviourParameters() if steady else made_behaviour(generator)
    charge_off_buckets = tuple(int(bucket) for bucket in generator.choice([4, 5, 6, 12], lenders))
    people = blank_side_by_side(size, lenders)
    borrowers = people.borrowers
    borrowers.permanent_income[:] = generator.lognormal(12.6, 0.7, size).clip(20_000, 3_000_000)
    borrowers.group[:] = generator.integers(0, GROUPS, size)
    borrowers.sector[:] = generator.integers(0, len(SECTORS), size)
    borrowers.community[:] = generator.integers(0, communities, size)
    borrowers.reached_by[:] = generator.integers(0, 2**lenders, size)
    borrowers.covered[:] = generator.integers(0, 2, size)
    borrowers.adopted[:] = generator.random(size) < 0.9
    borrowers.registry_rank[:] = generator.integers(0, 10_000, size)
    for trait in (borrowers.reliability, borrowers.patience, borrowers.stigma):
        trait[:] = generator.normal(0, 1000, size).clip(-4000, 4000)
    borrowers.literacy[:] = generator.integers(0, 1001, size)
    borrowers.employed[:] = generator.random(size) < 0.85
    borrowers.months_unemployed[:] = np.where(borrowers.employed == 1, 0, generator.integers(1, 30, size))
    borrowers.savings[:] = generator.exponential(1.0, size) * borrowers.permanent_income
    borrowers.inventory[:] = np.where(generator.random(size) < 0.2, generator.integers(0, 3_000_000, size), 0)
    borrowers.months_since_late[:] = np.where(generator.random(size) < 0.4, generator.integers(0, 40, size), NEVER)
    borrowers.months_since_default[:] = np.where(generator.random(size) < 0.2, generator.integers(0, 80, size), NEVER)
    borrowers.inquiry_months[:] = generator.integers(0, 4096, size) & ~1
    borrowers.informal_debt[:] = np.where(generator.random(size) < 0.3, generator.integers(1, 500_000, size), 0)
    borrowers.informal_missed[:] = np.where(borrowers.informal_debt > 0, generator.integers(0, 4, size), 0)
    borrowers.aware_of[:] = np.where(generator.random(size) < 0.1, generator.integers(0, 2**lenders, size), 0)
    for row in range(size):
        for lender in range(lenders):
            if generator.random() < 0.5:
                people.lines.status[row, lender] = generator.choice([LINE_OPEN, LINE_OPEN, LINE_FROZEN, LINE_BARRED])
                people.lines.opened_month[row, lender] = generator.integers(0, OPENING_MONTH)
                people.lines.last_owed_month[row, lender] = generator.integers(0, OPENING_MONTH)
                people.lines.limit[row, lender] = generator.integers(0, 300) * 10_000
        for slot in range(COLUMNS):
            if generator.random() < 0.3:
                lend(people, row, slot, charge_off_buckets, generator)
        open_missing_lines(people, row)
    borrowers.liquidity[:] = generator.integers(0, 4, size)
    people.lines.unnoticed_cut[:] = (people.lines.status != NO_LINE) & (generator.random((size, lenders)) < 0.1)
    borrowers.unused_lines[:] = [
        person.credit.unused() for person in borrowers_of(tables_of(people), lenders, empty_world())
    ]
    return Market(seed, people, communities, behaviour, charge_off_buckets)


def lend(
    people: People, row: int, slot: int, charge_off_buckets: tuple[int, ...], generator: np.random.Generator
) -> None:
    """Give a person a running loan somewhere in its life, or a claim under collection."""
    lenders = people.lines.limit.shape[1]
    lender = int(generator.integers(0, lenders))
    term = int(generator.choice(TERM_MONTHS))
    apr_bp = int(generator.integers(0, 3_600))
    original = int(generator.integers(5, 500)) * 10_000
    left = int(generator.integers(1, term + 1))
    loans = people.loans
    loans.original[row, slot] = original
    instalment = level_instalment(original, apr_bp, term)
    principal = original
    for _ in range(term - left):
        principal -= instalment - monthly_interest(principal, apr_bp)
    loans.principal[row, slot] = principal
    loans.instalment[row, slot] = instalment
    loans.apr_bp[row, slot] = apr_bp
    loans.instalments_left[row, slot] = left
    loans.bucket[row, slot] = generator.integers(0, charge_off_buckets[lender] + 1)
    loans.worst_bucket[row, slot] = max(loans.bucket[row, slot], generator.integers(0, 4))
    loans.origination_month[row, slot] = generator.integers(0, OPENING_MONTH - 1)
    loans.purpose[row, slot] = generator.integers(1, 5)
    loans.band[row, slot] = generator.integers(0, BANDS)
    loans.cell[row, slot] = generator.integers(0, CELLS)
    loans.lender[row, slot] = lender
    loans.partner[row, slot] = generator.choice([NOBODY, *range(lenders)])
    if loans.partner[row, slot] != NOBODY:
        loans.partner_share_bp[row, slot] = generator.integers(0, 10_001)
    loans.status[row, slot] = OPEN
    if generator.random() < 0.25:
        loans.status[row, slot] = CHARGED_OFF
        loans.instalments_left[row, slot] = generator.integers(1, 25)
        loans.bucket[row, slot] = 0


def open_missing_lines(people: People, row: int) -> None:
    """Give a person the line behind every loan; where a claim is collected, the line is barred."""
    for slot in range(COLUMNS):
        lender, status = people.loans.lender[row, slot], people.loans.status[row, slot]
        if status == OPEN and people.lines.status[row, lender] == NO_LINE:
            people.lines.status[row, lender] = LINE_OPEN
            people.lines.limit[row, lender] = people.loans.original[row, slot]
        elif status == CHARGED_OFF:
            people.lines.status[row, lender] = LINE_BARRED
            people.lines.limit[row, lender] = 0


def made_cuts(generator: np.random.Generator, lifelong: np.random.Generator) -> LineCuts:
    """Return what a lender takes back from its lines in one month: often nothing, whom it picks stays the same."""
    quiet = generator.random() < 0.3
    return LineCuts(
        may=int(generator.random() < 0.8),
        sees_band=int(generator.random() < 0.5),
        quiet_share=float(generator.choice([0.3, 0.9, 1.0])) if quiet else 0.0,
        freeze_share=float(lifelong.choice([0.0, 0.3])),
        customer_share=float(lifelong.choice([0.5, 1.0])),
        unused_only=int(lifelong.integers(0, 2)),
        from_band=int(lifelong.integers(0, BANDS)),
        opened_before=int(generator.integers(0, 2 * OPENING_MONTH)),
        late_share=float(generator.choice([0.0, 0.5])),
        debt_share=float(generator.choice([0.0, 0.4])),
        debt_months=float(generator.uniform(0.0, 4.0)),
        band_share=float(generator.choice([0.0, 0.2])),
        band_from=int(generator.integers(0, BANDS)),
    )


def made_terms(market: Market, month: int) -> Terms:
    """Return every lender's terms of one month."""
    generator = np.random.default_rng([market.seed, month, 1])
    lifelong = np.random.default_rng([market.seed, 2])
    lenders = len(market.charge_off_buckets)

    def whole(low: int, high: int) -> NDArray[np.int64]:
        return generator.integers(low, high, lenders, dtype=np.int64)

    apr_bp = np.sort(generator.integers(400, 3_601, (lenders, BANDS)), axis=1)
    explores = np.arange(lenders) % 2 == market.seed % 2
    closed = np.where(
        generator.random((lenders, BANDS)) < 0.15, generator.choice([RATE_CAP, NO_PRICE], (lenders, BANDS)), 0
    )
    typical_apr = apr_bp[:, 3] / 10_000
    return Terms(
        lender_id=np.arange(lenders, dtype=np.int64) * 3 + 1,
        open=(generator.random(lenders) < 0.9).astype(np.int64),
        apr_bp=np.where((closed > 0) & ~explores[:, None], 0, apr_bp).astype(np.int64),
        closed=closed.astype(np.int64),
        typical_apr=typical_apr,
        typical_headline_apr=typical_apr * generator.uniform(0.6, 1.0, lenders),
        headline_share=generator.uniform(0.5, 1.0, lenders),
        new_cutoff=whole(6, 18),
        line_cutoff=whole(10, 20),
        limit_months=np.sort(generator.uniform(0.2, 6.0, (lenders, BANDS)), axis=1)[:, ::-1].copy(),
        largest_limit=whole(50, 600) * 10_000,
        limit_raise=generator.choice([0.0, 0.1, 0.5], lenders),
        most_contracts=lifelong.choice([0, 0, 1, 2], lenders),
        borrower_cap=generator.choice([1_000_000, 20_000_000], lenders).astype(np.int64),
        disclosure=generator.choice([0.0, 0.4, 1.0], lenders),
        registry_rank=whole(0, 10_001),
        registry_memory=whole(0, 61),
        registry_coverage=generator.uniform(0.0, 1.0, lenders),
        partner_share_bp=whole(0, 10_001),
        charge_off_bucket=np.array(market.charge_off_buckets, dtype=np.int64),
        dormant_months=lifelong.choice([6, 24, 600], lenders),
        barred_months=lifelong.choice([0, 12, 600], lenders),
        collection_effort=generator.uniform(0.0, 1.0, lenders),
        sold_before=generator.choice([NOTHING_SOLD, month - 12, month - 3], lenders).astype(np.int64),
        sale_age=generator.choice([NEVER, 2, 8], lenders).astype(np.int64),
        proxy_noise=lifelong.uniform(0.0, 1.0, lenders),
        signal_noise=lifelong.uniform(0.0, 4.0, lenders),
        signal_seen=np.where(np.arange(lenders) % 2 == month % 2, 0.5, 1.0),
        job_loss_seen=lifelong.uniform(0.0, 1.0, lenders),
        scene=lifelong.uniform(0.0, 1.0, lenders),
        is_bank=lifelong.integers(0, 2, lenders).astype(np.int64),
        exploration=np.where(explores, 0.3, 0.0),
        cuts=cuts_of([made_cuts(generator, lifelong) for _ in range(lenders)]),
        officer_share=np.where(np.arange(lenders) % 3 == market.seed % 3, 0.5, 0.0),
        officer_insight=np.full(lenders, 0.6),
        officer_blindness=np.full(lenders, 0.8),
        officer_refuses_below=np.full(lenders, -0.3),
        officer_accepts_above=np.full(lenders, 0.5),
        rationed=np.where(np.arange(lenders) % 2 == month % 2, 0.3, 0.0),
        rationed_in_need=np.where(np.arange(lenders) % 3 == month % 3, 0.4, 0.0),
        fraud=np.where(np.arange(lenders) % 3 == month % 3, 0.3, 0.0),
        band_of_cell=lifelong.integers(0, BANDS, (lenders, market.counting.cells or CELLS)).astype(np.int8),
        experiment_share=np.where(np.arange(lenders) % 3 == market.seed % 3, 0.6, 0.0),
        experiment_step_bp=whole(0, 600),
        experiment_limit_step=generator.choice([0.1, 0.5], lenders),
        least_apr_bp=whole(300, 900),
        most_apr_bp=whole(1_800, 3_601),
        **made_law(np.random.default_rng([market.seed, month, 5]), lenders, is_lawless=market.seed // 2 % 2 == 1),
    )


def made_law(generator: np.random.Generator, lenders: int, is_lawless: bool) -> dict[str, NDArray[Any]]:
    """Return what the law asks of contracts and persons in one month: nothing, or something of some of the lenders."""

    def rule(*values: float) -> NDArray[Any]:
        """Draw one value for each lender; the first means that there is no rule."""
        kind = np.float64 if isinstance(values[0], float) else np.int64
        return generator.choice(np.array(values[:1] if is_lawless else values, dtype=kind), lenders)

    return {
        "has_law": rule(0, 1),
        "needs_income": rule(0, 0, 0, 1),
        "youngest_age_band": rule(0, 0, 0, 1),
        "most_lenders": rule(ANY_NUMBER_OF_LENDERS, 1, 2),
        "service_cap_bp": rule(1_000_000, 5_000, 2_000),
        "cap_income_months": rule(NO_INCOME_CAP_MONTHS, 4.0, 0.5),
        "longest_term": rule(ANY_TERM_MONTHS, 12, 4),
        "postponement": rule(NOT_POSTPONED, NOT_POSTPONED, POSTPONED_WITH_INTEREST, POSTPONED_WITHOUT_INTEREST),
        "taught_share": rule(0.0, 0.6, 1.0),
        "headline_ceiling": rule(100.0, 0.24, 0.12),
        "shut_ground": rule(FROZEN, NO_LICENCE),
    }


def made_conditions(market: Market, month: int) -> Conditions:
    """Return the state of the world in one month."""
    generator = np.random.default_rng([market.seed, month, 3])
    separation = generator.uniform(0.0, 0.15, REGION_SECTORS)
    return Conditions(
        month=month,
        wage_index=float(generator.uniform(0.8, 1.3)),
        season_factor=float(generator.uniform(0.8, 1.5)),
        finding_share=float(generator.uniform(0.05, 0.4)),
        separation_shares=separation,
        job_risks=separation[: len(SECTORS)] / separation.mean() - 1.0,
        income_noises=np.array(INCOME_NOISE),
        informal_supply_share=float(generator.choice([0.0, 0.5, 1.0])),
        community_default_points=generator.uniform(0.0, 10.0, market.communities),
        income_factors=generator.choice([1.0, 0.8], REGION_SECTORS),
        before_window=int(month % 3 == 0),
        after_window=int(month % 3 != 0),
        counts_shape=int(month % 4 != 0),
        watch_months=market.seed % 5,
        bonus_factor=float(generator.choice([0.9, 1.0, 1.9])),
    )


def allotted(demand: NDArray[np.int64], market: Market, month: int, round_number: int) -> Cutoffs:
    """Return how far each lender's made-up money goes in each stratum, and which bank is beside each priority."""
    generator = np.random.default_rng([market.seed, month, 4, round_number])
    told = everybody_served(len(demand), market.counting.strata)
    for lender in range(len(demand)):
        told.partner[lender] = generator.integers(NOBODY, len(demand), PRIORITIES)
        for stratum in range(market.counting.strata):
            total = demand[lender, stratum].cumsum()
            budget = int(total[-1] * generator.choice([0.0, 0.5, 0.8, 1.0]))
            if total[-1] > budget:
                told.priority[lender, stratum] = np.searchsorted(total, budget, side="right")
                told.binding[lender, stratum] = generator.choice(BUDGET_OUTCOMES)
    return told


def everybody_served(lenders: int, strata: int = 1) -> Cutoffs:
    """Return cutoffs of lenders with money for all, who lend alone."""
    return Cutoffs(
        priority=np.full((lenders, strata), PRIORITIES, dtype=np.int64),
        binding=np.zeros((lenders, strata), dtype=np.int64),
        partner=np.full((lenders, PRIORITIES), NOBODY, dtype=np.int64),
    )


def run_month(engine: Engine, market: Market, month: int, spread: bool = True) -> list[NDArray[np.int64]]:
    """Let people live one month; return the demand of both rounds and leave the tallies in the engine."""
    chance = Draws(market.seed).of(month)
    terms, conditions = made_terms(market, month), made_conditions(market, month)
    engine.begin_month()
    engine.earn(conditions, chance)
    first_demand = engine.seek_credit(terms, conditions, chance).copy()
    first = allotted(first_demand, market, month, 1)
    second_demand = engine.try_elsewhere(first, terms, conditions, chance).copy()
    second = allotted(second_demand, market, month, 2)
    engine.settle(first, second, terms, conditions, chance)
    if spread:
        for lender in range(0, len(market.charge_off_buckets), 2):
            generator = np.random.default_rng([market.seed, month, 5, lender])
            here = generator.uniform(0.0, 0.6, market.communities)
            lender_id = int(terms.lender_id[lender])
            rumour = Rumour(lender, lender_id, float(generator.uniform(0, 0.2)), float(generator.uniform(0, 0.4)), here)
            engine.spread_word(rumour, chance)
    return [first_demand, second_demand]


def started(market: Market, kind: type[Engine] = PeopleEngine, **options: Any) -> Engine:
    """Return an engine that owns a copy of the market's people."""
    lenders = len(market.charge_off_buckets)
    return kind(
        tables_of(market.people), lenders, market.communities, market.behaviour, counting=market.counting, **options
    )


def named_arrays(engine: Engine) -> dict[str, NDArray[Any]]:
    """Return every array of the state, without what ended, and of the tallies by name."""
    state = {
        f"{type(table).__name__}.{name}": values
        for table in what_stands(engine.state())
        for name, values in table._asdict().items()
    }
    return state | {f"Tallies.{name}": values for name, values in engine.tallies._asdict().items()}


def differences(left: Engine, right: Engine) -> list[str]:
    """Return the names of the arrays that differ in type, shape or any bit."""
    ours, theirs = named_arrays(left), named_arrays(right)
    assert ours.keys() == theirs.keys()
    return [
        name
        for name, values in ours.items()
        if values.dtype != theirs[name].dtype or not np.array_equal(values, theirs[name])
    ]


def fingerprint(engine: Engine) -> str:
    """Return a hash of every byte of the state and the tallies."""
    digest = hashlib.sha256()
    for name, values in sorted(named_arrays(engine).items()):
        digest.update(f"{name} {values.dtype} {values.shape}".encode())
        digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def copied(tallies: Tallies) -> Tallies:
    """Return tallies that later months do not touch."""
    return Tallies(*(values.copy() for values in tallies))
