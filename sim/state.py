"""The whole mutable state of a population as tables of arrays, and the tallies a month leaves.

Row i of `Borrowers` and `Applications` is borrower i for life. Loans and lines are tables of their own, sorted by
borrower, with only the rows that are needed: `first` tells where each borrower's begin, as in a sparse matrix.
Everything is blank (zero) at birth, never uninitialised.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, get_args, get_type_hints

import numpy as np
from numpy.typing import NDArray

from sim.codes import BANDS, BUCKETS, NEVER, NOBODY, OUTCOMES, PRIORITIES, REGION_SECTORS, VINTAGE_MONTHS
from sim.counted import (
    GROUPS,
    LIQUIDITY_TERCILES,
    OFFER_ARMS,
    SIZES,
    TRUTH_COLUMNS,
    Flow,
    GroupFlow,
    HouseholdFlow,
    LiquidityFlow,
    OfferCount,
)


class Borrowers(NamedTuple):
    """Who each person is and how things stand; every field has shape (people,)."""

    # fixed at birth
    permanent_income: NDArray[np.int32]  # fen a month
    group: NDArray[np.int16]  # quintile, region, sector and age band in one number, see `group_of`
    sector: NDArray[np.int8]
    community: NDArray[np.int32]
    reached_by: NDArray[np.uint64]  # lenders whose channel reaches this person, a set (`sim.lender_sets`)
    covered: NDArray[np.int8]  # 1 = insured against unemployment
    adopted: NDArray[np.int8]  # 1 = uses digital credit
    registry_rank: NDArray[np.int16]  # 0..9999: seen by the registry when below its coverage
    reliability: NDArray[np.int16]  # standard score in thousandths; lenders never see it
    turbulence: NDArray[np.int16]  # how often unavoidable expenses come, thousandths of the average
    patience: NDArray[np.int16]  # standard score in thousandths
    literacy: NDArray[np.int16]  # 0..1000, how well an annual rate is understood
    stigma: NDArray[np.int16]  # standard score in thousandths
    # moves
    employed: NDArray[np.int8]
    months_unemployed: NDArray[np.int8]
    savings: NDArray[np.int32]  # fen at month end
    unused_lines: NDArray[np.int32]  # fen that could be drawn at all lenders, at month end
    inventory: NDArray[np.int32]  # fen of working capital not yet sold
    hardship_months: NDArray[np.int16]
    months_since_late: NDArray[np.int16]  # any loan, any lender; NEVER
    months_since_default: NDArray[np.int16]
    defaults: NDArray[np.int8]
    inquiry_months: NDArray[np.int16]  # bit m: an application to a new lender m months ago, twelve months
    last_refused_by: NDArray[np.int8]  # lender or NOBODY
    last_refusal: NDArray[np.int8]  # why the last application that came to nothing did, one of OUTCOMES; 0 = none did
    last_refusal_month: NDArray[np.int16]  # counted from the start of the warm-up
    months_since_refused: NDArray[np.int8]
    informal_debt: NDArray[np.int32]
    informal_missed: NDArray[np.int8]  # months of interest missed; negative = barred for so many months
    aware_of: NDArray[np.uint64]  # lenders about which a rumour is believed, a set
    immune_to: NDArray[np.uint64]  # lenders of which no rumour is believed any more, a set
    flags: NDArray[np.int32]  # what happened in the observation windows, see observe/flags.py
    served_by: NDArray[np.int8]  # lender that last granted credit in the outcome window, or NOBODY
    liquidity: NDArray[np.int8]  # 1 to 3 = followed as one of LIQUIDITY_TERCILES, 0 = not followed
    watched_lender: NDArray[np.int8]  # where the application went whose sequel is followed, or NOBODY
    watched_cell: NDArray[np.int16]  # of its scorecard
    watched_month: NDArray[np.int16]
    watched_marks: NDArray[np.int8]  # bits 0-1 how it ended, bit 2 in debt since, bit 3 90 days late since
    # this month only
    cash: NDArray[np.int32]  # fen in hand after income
    essentials: NDArray[np.int32]  # fen that must be spent: essentials and emergencies
    consumption: NDArray[np.int32]  # fen spent on all goods


class Loans(NamedTuple):
    """Contracts, one row each: rows first[i] to first[i + 1] - 1 are borrower i's, the oldest first.

    Every other field has shape (rows,). A row without a contract has a status of EMPTY, and waits for a loan that was
    approved, or below, and says how a contract ended; it is gone when room for the next month's loans is made.
    """

    first: NDArray[np.int32]  # (people + 1,)
    principal: NDArray[np.int32]  # fen outstanding; after charge-off the claim
    original: NDArray[np.int32]
    instalment: NDArray[np.int32]
    origination_month: NDArray[np.int16]
    apr_bp: NDArray[np.int16]  # all-in price
    partner_share_bp: NDArray[np.int16]
    cell: NDArray[np.int16]  # scorecard cell at origination
    instalments_left: NDArray[np.int8]  # after charge-off: months of collection left
    bucket: NDArray[np.int8]
    worst_bucket: NDArray[np.int8]
    purpose: NDArray[np.int8]
    band: NDArray[np.int8]
    lender: NDArray[np.int8]
    partner: NDArray[np.int8]
    status: NDArray[np.int8]


class Lines(NamedTuple):
    """Uncommitted credit lines: rows first[i] to first[i + 1] - 1 are borrower i's, in the order of lenders.

    Every other field has shape (rows,). A row with a status of NO_LINE is that of a line that ended this month, or of
    one that an approved loan is about to open.
    """

    first: NDArray[np.int32]  # (people + 1,)
    limit: NDArray[np.int32]  # fen
    opened_month: NDArray[np.int16]
    last_owed_month: NDArray[np.int16]  # in which a loan or a claim there was open at month end
    lender: NDArray[np.int8]
    status: NDArray[np.int8]
    unnoticed_cut: NDArray[np.int8]  # 1 = made useless by the lender, and its holder has not asked there since


class Applications(NamedTuple):
    """What each person asked for this month; every field has shape (people,)."""

    amount: NDArray[np.int32]  # fen offerable after every cap; 0 = nothing asked
    wanted: NDArray[np.int32]  # fen asked for
    limit: NDArray[np.int32]  # fen of the line that would be opened
    lender: NDArray[np.int8]
    first_lender: NDArray[np.int8]  # where the first, refused application went
    priority: NDArray[np.int16]
    cell: NDArray[np.int16]
    band: NDArray[np.int8]
    purpose: NDArray[np.int8]
    outcome: NDArray[np.int8]  # of the last application
    first_outcome: NDArray[np.int8]


class People(NamedTuple):
    """All mutable state about people."""

    borrowers: Borrowers
    loans: Loans
    lines: Lines
    applications: Applications


class Tallies(NamedTuple):
    """Sums over people of one month, whole numbers only, so that they add up the same in any order.

    Money is in fen. `L` = lenders; partners are lenders too.
    """

    flow: NDArray[np.int64]  # (L, Flow.titles())
    partner_flow: NDArray[np.int64]  # (L originator, L partner, 5): lent, interest, principal, charged off, recovered
    stock: NDArray[np.int64]  # (L, BUCKETS) principal of open loans at month end, whole loans
    stock_count: NDArray[np.int64]  # (L, BUCKETS)
    partner_stock: NDArray[np.int64]  # (L originator, L partner, BUCKETS) the partner's part
    claims: NDArray[np.int64]  # (L,) charged-off principal still collected, whole; sold claims apart
    partner_claims_for_sale: NDArray[np.int64]  # (L originator, L partner) the partner's part of claims old enough
    demand: NDArray[np.int64]  # (L, strata, PRIORITIES) fen offerable, one round
    demand_count: NDArray[np.int64]  # (L, PRIORITIES)
    outcome_count: NDArray[np.int64]  # (L, BANDS, OUTCOMES) applications by how they ended, both rounds
    outcome_amount: NDArray[np.int64]  # (L, BANDS, OUTCOMES) fen wanted, or lent where approved
    price_taken: NDArray[np.int64]  # (L, BANDS) sum over approved applications of fen lent times basis points
    offer_test: NDArray[np.int64]  # (L, OFFER_ARMS, OfferCount.titles()); nothing at lenders without an offer test
    roll_count: NDArray[np.int64]  # (L, BUCKETS, BUCKETS + 2): from bucket to bucket, to paid off, to charged off
    roll_amount: NDArray[np.int64]  # the same, opening principal
    vintage_stock: NDArray[np.int64]  # (L, VINTAGE_MONTHS) principal by months on book
    vintage_flow: NDArray[np.int64]  # (L, VINTAGE_MONTHS, 5): lent, first 30+, first 60+, first 90+, charged off
    tickets: NDArray[np.int64]  # (L, SIZES, 3) open loans by their size when lent: number, fen lent, fen owed
    debtors: NDArray[np.int64]  # (L, SIZES, 2) people by what they owe here: number, fen owed
    region_sectors: NDArray[np.int64]  # (L, REGION_SECTORS) fen owed by region and sector of the debtor, whole loans
    liquidity: NDArray[np.int64]  # (LIQUIDITY_TERCILES, LiquidityFlow.titles()) of the people followed
    group: NDArray[np.int64]  # (GROUPS, GroupFlow.titles())
    household: NDArray[np.int64]  # (HouseholdFlow.titles(),)
    sector_consumption: NDArray[np.int64]  # (sectors,)
    community_defaults: NDArray[np.int64]  # (communities,) people who defaulted this month
    community_aware: NDArray[np.int64]  # (communities, L)
    # by scorecard cell; empty (no cells) unless a lender's scorecard is reviewed
    cell_applied: NDArray[np.int32]  # (L, cells) applications, both rounds
    cell_lent: NDArray[np.int32]  # (L, cells) loans made
    cell_bad: NDArray[np.int32]  # (L, months on book, cells) loans first 90 days late
    cell_truth: NDArray[np.int32]  # (L, cells, TRUTH_COLUMNS) what became of watched applicants


class Counting(NamedTuple):
    """How finely the passes count: scorecards by cell, if at all, and the demand of each lender by stratum."""

    cells: int
    ages: int  # months on book, the month of the loan included
    strata: int = 1  # STRATA when a lender caps new flow by sector or region


NOTHING_COUNTED = Counting(0, 0)


# What a field that is not zero at first begins with.
UNSET = {
    "last_refused_by": NOBODY,
    "months_since_late": NEVER,
    "months_since_default": NEVER,
    "watched_lender": NOBODY,
    "served_by": NOBODY,
    "partner": NOBODY,
    "lender": NOBODY,
    "first_lender": NOBODY,
    "months_since_refused": 100,
}


def blank_people(size: int) -> People:
    """Return the state of `size` people with every field blank, who have neither loans nor lines."""
    nothing = np.zeros(size + 1, dtype=np.int32)
    return People(
        Borrowers(**blank_columns(Borrowers, size)),
        Loans(**{**blank_columns(Loans, 0), "first": nothing}),
        Lines(**{**blank_columns(Lines, 0), "first": nothing.copy()}),
        Applications(**blank_columns(Applications, size)),
    )


def blank_columns(table: type, rows: int) -> dict[str, Any]:
    """Return the fields of one of the four tables with so many blank rows."""
    types = STATE_TYPES[table.__name__]
    return {
        name: np.full(rows, UNSET[name], dtype=kind) if name in UNSET else np.zeros(rows, dtype=kind)
        for name, kind in types.items()
    }


def columns_of(table: Loans | Lines) -> dict[str, NDArray[Any]]:
    """Return the fields of a table that have one value a row, by name: all but `first`."""
    return {name: values for name, values in table._asdict().items() if name != "first"}


def owners_of(table: Loans | Lines) -> NDArray[np.int64]:
    """Return the borrower of every row, shape (rows,)."""
    return np.repeat(np.arange(len(table.first) - 1), np.diff(table.first))


def element_types(table: type) -> dict[str, type]:
    """Return the NumPy element type of every field, read from the annotations."""
    return {name: next(numpy_types(hint)) for name, hint in get_type_hints(table).items()}


def numpy_types(hint: object) -> Iterator[type]:
    """Yield the NumPy types inside a hint; what stands around the one of `NDArray[...]` hangs on its version."""
    if isinstance(hint, type) and issubclass(hint, np.generic):
        yield hint
    for inner in get_args(hint):
        yield from numpy_types(inner)


STATE_TYPES = {table.__name__: element_types(table) for table in (Borrowers, Loans, Lines, Applications)}


def blank_tallies(lenders: int, communities: int, counting: Counting = NOTHING_COUNTED) -> Tallies:
    """Return tallies of zero."""
    cells, ages, strata = counting

    def zeros(*shape: int) -> NDArray[np.int64]:
        return np.zeros(shape, dtype=np.int64)

    def few(*shape: int) -> NDArray[np.int32]:
        return np.zeros(shape, dtype=np.int32)

    return Tallies(
        flow=zeros(lenders, len(Flow)),
        partner_flow=zeros(lenders, lenders, 5),
        stock=zeros(lenders, BUCKETS),
        stock_count=zeros(lenders, BUCKETS),
        partner_stock=zeros(lenders, lenders, BUCKETS),
        claims=zeros(lenders),
        partner_claims_for_sale=zeros(lenders, lenders),
        demand=zeros(lenders, strata, PRIORITIES),
        demand_count=zeros(lenders, PRIORITIES),
        outcome_count=zeros(lenders, BANDS, len(OUTCOMES)),
        outcome_amount=zeros(lenders, BANDS, len(OUTCOMES)),
        price_taken=zeros(lenders, BANDS),
        offer_test=zeros(lenders, len(OFFER_ARMS), len(OfferCount)),
        roll_count=zeros(lenders, BUCKETS, BUCKETS + 2),
        roll_amount=zeros(lenders, BUCKETS, BUCKETS + 2),
        vintage_stock=zeros(lenders, VINTAGE_MONTHS),
        vintage_flow=zeros(lenders, VINTAGE_MONTHS, 5),
        tickets=zeros(lenders, SIZES, 3),
        debtors=zeros(lenders, SIZES, 2),
        region_sectors=zeros(lenders, REGION_SECTORS),
        liquidity=zeros(len(LIQUIDITY_TERCILES), len(LiquidityFlow)),
        group=zeros(GROUPS, len(GroupFlow)),
        household=zeros(len(HouseholdFlow)),
        sector_consumption=zeros(6),
        community_defaults=zeros(communities),
        community_aware=zeros(communities, lenders),
        cell_applied=few(lenders, cells),
        cell_lent=few(lenders, cells),
        cell_bad=few(lenders, ages, cells),
        cell_truth=few(lenders, cells, TRUTH_COLUMNS),
    )


def add_tallies(total: Tallies, more: Tallies) -> None:
    """Add the tallies of one shard to the total."""
    pairs: Iterable[tuple[NDArray[Any], NDArray[Any]]] = zip(total, more, strict=True)
    for into, values in pairs:
        into += values
