"""Why a person wants credit this month, how much, and of whom."""

from __future__ import annotations

from typing import NamedTuple

from sim.codes import (
    LINE_BARRED,
    LINE_FROZEN,
    NEVER,
    NO_LINE,
    NO_NEED,
    NOBODY,
    PURCHASE,
    RUSH,
    SELF_EMPLOYED,
    SHORTFALL,
    WORKING_CAPITAL,
)
from sim.elementary import normal_quantile
from sim.rules.choice import appeal, distaste, is_discouraged, perceived_apr
from sim.rules.demand import (
    amount_wanted,
    goes_on_credit,
    purchase_chance,
    shortfall_wanted,
    up_to_hundred_yuan,
)
from sim.rules.law import taught_literacy
from sim.rules.spending import target_buffer
from tests.reference.circumstances import Circumstances, LenderTerms
from tests.reference.payment_holiday import is_deferred
from tests.reference.person import Person

FEN_PER_YUAN = 100
REFUSAL_MEMORY_MONTHS = 3


class Need(NamedTuple):
    """What a person would borrow for, how many fen, and the one lender it must be, or NOBODY for any."""

    purpose: int
    wanted: int
    lender: int = NOBODY


NOTHING = Need(NO_NEED, 0)


def smallest_loan(world: Circumstances) -> int:
    """Return the smallest amount in fen that anybody lends."""
    return world.behaviour.demand.smallest_loan_yuan * FEN_PER_YUAN


def need_for_credit(person: Person, world: Circumstances) -> Need:
    """Return what the person needs credit for: bills first, then a run on a line in danger, then things to buy."""
    dues = sum(loan.expected_due() for loan in person.credit.open_loans() if not is_deferred(person, loan, world))
    spare = person.cash - person.essentials - dues
    if spare < 0:
        demand = world.behaviour.demand
        return Need(SHORTFALL, shortfall_wanted(-spare, person.normal_income(world), smallest_loan(world), demand))
    rush = rush_to_draw(person, world)
    if rush.purpose == RUSH:
        return rush
    return something_to_finance(person, spare, world)


def rush_to_draw(person: Person, world: Circumstances) -> Need:
    """Return the whole room on the first open line whose lender is rumoured to close, while it can still be drawn."""
    credit = person.credit
    for terms in world.lenders:
        if not person.has_heard_of(terms.lender) or credit.worst_bucket_at(terms.lender) > 0:
            continue
        room = credit.unused_at(terms.lender)
        if room >= smallest_loan(world):
            return Need(RUSH, room, terms.lender)
    return NOTHING


def something_to_finance(person: Person, spare: int, world: Circumstances) -> Need:
    """Return a purchase or stock that came to mind and that savings above the buffer cannot pay; one draw decides."""
    demand = world.behaviour.demand
    income = person.normal_income(world)
    unused = person.credit.unused()
    contracts = len(person.credit.contracts)
    can_stock = person.sector == SELF_EMPLOYED and contracts < demand.loans_until_sated
    stocking = demand.working_capital_share if can_stock else 0.0
    buying = purchase_chance(person.patience, world.season_factor, unused, income, contracts, demand)
    u = world.chance.uniform("purchase", person.row)
    if u >= buying + stocking:
        return NOTHING
    purpose = WORKING_CAPITAL if u < stocking else PURCHASE
    log_months = demand.working_capital_log_months if purpose == WORKING_CAPITAL else demand.purchase_log_months
    size = normal_quantile(world.chance.uniform("purchase_size", person.row))
    wanted = up_to_hundred_yuan(
        amount_wanted(income, log_months, demand.purchase_log_sd, size, demand.amount_cap_months)
    )
    job_risk = world.job_risks[person.sector]
    buffer = target_buffer(
        person.essentials, person.patience, job_risk, unused, person.savings, world.behaviour.spending
    )
    convenience = world.chance.uniform("convenience", person.row)
    if wanted < smallest_loan(world):
        return NOTHING
    if not goes_on_credit(spare, wanted, buffer, convenience, demand.convenience_share):
        return NOTHING
    return Need(purpose, wanted)


def preferred_lender(
    person: Person, purpose: int, excluded: int, taste: str, world: Circumstances
) -> LenderTerms | None:
    """Return the lender that appeals most of those the person could turn to; `taste` names the draw of liking."""
    candidates = [terms for terms in world.lenders if terms.lender != excluded and could_turn_to(person, terms, world)]
    # The second choice of the month follows a refusal by nature.
    since_refused = person.months_since_refused if excluded == NOBODY else NEVER
    if is_discouraged(person.credit.worst_bucket(), since_refused, world.behaviour.choice):
        candidates = [terms for terms in candidates if person.credit.lines[terms.lender].status != NO_LINE]
    return max(candidates, key=lambda terms: liking(person, terms, purpose, taste, world), default=None)


def could_turn_to(person: Person, terms: LenderTerms, world: Circumstances) -> bool:
    """Return whether the lender reaches the person and might lend: no arrears there, not barred, room on the line."""
    if not (person.reached_by >> terms.lender) & 1 or person.credit.worst_bucket_at(terms.lender) > 0:
        return False
    line = person.credit.lines[terms.lender]
    status = line.status
    if status == NO_LINE:
        return bool(terms.open)
    if status == LINE_BARRED:
        return False
    if line.unnoticed_cut:  # nobody tells a customer of a quiet cut: they ask once more, and learn it then
        return True
    return status != LINE_FROZEN and person.credit.room_at(terms.lender) >= smallest_loan(world)


def liking(person: Person, terms: LenderTerms, purpose: int, taste: str, world: Circumstances) -> float:
    """Return how much a lender appeals to the person for this purpose this month."""
    choice = world.behaviour.choice
    recently_refused = person.last_refused_by == terms.lender and person.months_since_refused <= REFUSAL_MEMORY_MONTHS
    literacy = taught_literacy(person.literacy, terms.taught_share)
    price = perceived_apr(
        terms.typical_apr, terms.typical_headline_apr, literacy, terms.disclosure, choice.revealed_share
    )
    return appeal(
        price,
        int(person.credit.lines[terms.lender].status != NO_LINE),
        terms.scene if purpose == PURCHASE else 0.0,
        int(recently_refused),
        distaste(world.chance.uniform(taste, person.row, terms.lender_id)),
        choice,
    )
