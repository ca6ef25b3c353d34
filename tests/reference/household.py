"""A purse and how it is emptied: essentials, the informal lender, then spending and saving."""

from __future__ import annotations

from dataclasses import dataclass

from sim.rules.informal import informal_offer, next_informal_missed
from sim.rules.spending import share_of_excess, target_buffer
from tests.reference.circumstances import Circumstances
from tests.reference.counts import Counts
from tests.reference.payment_holiday import is_deferred
from tests.reference.person import Person

LARGEST_SAVINGS = 2_000_000_000  # fen; more is put away for good, so that the arrays can hold it
MOST_HARDSHIP_MONTHS = 30_000


@dataclass(slots=True)
class CashOnHand:
    """Money in hand while bills are paid, and what has been consumed so far, fen."""

    cash: int
    consumption: int = 0


def turn_to_the_informal_lender(
    person: Person, informal_due: int, on_hand: CashOnHand, world: Circumstances, counts: Counts
) -> None:
    """Borrow informally part of what essentials and dues still lack."""
    dues = sum(
        loan.amount_due()
        for loan in person.credit.open_loans()
        if loan.origination_month != world.month and not is_deferred(person, loan, world)
    )
    shortage = person.essentials + dues + informal_due - on_hand.cash
    if shortage <= 0:
        return
    counts.household("informal_wanted", shortage)
    lent = informal_offer(
        shortage,
        person.informal_debt,
        person.normal_income(world),
        person.informal_missed,
        world.informal_supply_share,
        world.behaviour.informal,
    )
    if lent > 0:
        person.informal_debt += lent
        on_hand.cash += lent
        counts.household("informal_lent", lent)
        person.happened.add("informal")


def consume_essentials(person: Person, on_hand: CashOnHand, counts: Counts) -> None:
    """Spend on essentials before anything is paid; going short of them is hardship."""
    eaten = min(on_hand.cash, person.essentials)
    on_hand.cash -= eaten
    on_hand.consumption += eaten
    if eaten < person.essentials:
        person.hardship_months = min(person.hardship_months + 1, MOST_HARDSHIP_MONTHS)
        counts.household("hardship_people")
        counts.in_group(person.group, "hardship")
        person.happened.add("hardship")


def pay_the_informal_lender(
    person: Person, informal_due: int, on_hand: CashOnHand, world: Circumstances, counts: Counts
) -> None:
    """Pay the interest its collector asks for in person; after too many misses the debt is given up for a bar."""
    informal = world.behaviour.informal
    if person.informal_debt == 0 and person.informal_missed >= 0:
        return
    paid = min(on_hand.cash, informal_due)
    on_hand.cash -= paid
    counts.household("informal_interest", paid)
    person.informal_missed = next_informal_missed(person.informal_missed, person.informal_debt, paid, informal_due)
    if person.informal_missed >= informal.default_months:
        counts.household("informal_written_off", person.informal_debt)
        counts.household("informal_defaults")
        person.informal_debt = 0
        person.informal_missed = -informal.barred_months


def spend_and_save(person: Person, on_hand: CashOnHand, world: Circumstances, counts: Counts) -> None:
    """Repay informal principal, then consume and put away shares of what exceeds the buffer; keep the rest."""
    spending = world.behaviour.spending
    share = world.behaviour.informal.repay_surplus_share
    repaid = min(person.informal_debt, share_of_excess(on_hand.cash, 0, share))
    person.informal_debt -= repaid
    on_hand.cash -= repaid
    counts.household("informal_principal", repaid)
    job_risk = world.job_risks[person.sector]
    buffer = target_buffer(person.essentials, person.patience, job_risk, person.unused_lines, person.savings, spending)
    spent = share_of_excess(on_hand.cash, buffer, spending.spend_share)
    on_hand.consumption += spent
    left = on_hand.cash - spent
    put_away = min(share_of_excess(on_hand.cash, buffer, spending.long_term_saving_share), left)
    put_away = max(put_away, left - LARGEST_SAVINGS)
    counts.household("long_term_saving", put_away)
    person.savings = left - put_away
