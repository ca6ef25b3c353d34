"""What a lender answers to one application, and what it can know of the applicant."""

from __future__ import annotations

from typing import NamedTuple

from sim.codes import (
    AGE_BANDS,
    BORROWER_CAP,
    DECLINED_PRICE,
    FROZEN,
    GROWTH_PLAN,
    LIMIT,
    LINE_BARRED,
    LINE_CUT,
    LINE_FROZEN,
    LINE_OPEN,
    NO_LINE,
    NO_PRICE,
    OWN_POLICY,
    PENDING,
    PRIORITY_STEPS,
    RATE_CAP,
)
from sim.compiling import rule
from sim.elementary import exponential

HUNDRED_YUAN = 10_000
AGES = len(AGE_BANDS)


class Decision(NamedTuple):
    """A lender's answer before money is allotted: an outcome code, the fen it would lend, and the line behind it."""

    outcome: int
    amount: int
    limit: int


@rule
def proxy_income(
    permanent_income: int, wage_index: float, employed: int, job_loss_seen: float, noise_sd: float, noise: float
) -> int:
    """Return the monthly income in fen that a lender's data suggest; a lost job shows only in part."""
    shown = 1.0 if employed == 1 else 1.0 - job_loss_seen
    return int(permanent_income * wage_index * shown * exponential(noise_sd * noise))


@rule
def behaviour_signal(reliability: int, noise_sd: float, noise: float) -> float:
    """Return a standard score: reliability seen through noise that depends on how rich the lender's data are."""
    signal = reliability / 1000.0 + noise_sd * noise
    # Scaled by 1/(1+sd) rather than 1/sqrt(1+sd^2): the same order, without a library root.
    return signal / (1.0 + 0.5 * noise_sd)


@rule
def decision(
    band: int,
    line_status: int,
    line_limit: int,
    owed_here: int,
    wanted: int,
    opening_limit: int,
    closed: int,
    new_cutoff: int,
    line_cutoff: int,
    borrower_cap: int,
    smallest_loan: int,
    perceived_apr: float,
    reservation_apr: float,
) -> Decision:
    """Return the answer to one application, all amounts in fen; the first ground that applies is the one given."""
    if line_status == LINE_BARRED:
        return Decision(OWN_POLICY, 0, 0)
    if line_status == LINE_FROZEN:
        return Decision(FROZEN, 0, line_limit)
    cutoff = line_cutoff if line_status == LINE_OPEN else new_cutoff
    if band > cutoff:
        return Decision(OWN_POLICY, 0, line_limit)
    if closed != 0:
        return Decision(closed, 0, line_limit)
    limit = line_limit if line_status == LINE_OPEN else opening_limit
    room = max(0, limit - owed_here)
    if line_status != LINE_OPEN:  # nobody is given a line that the law would not let them use
        limit = min(limit, borrower_cap // HUNDRED_YUAN * HUNDRED_YUAN)
    legal_room = max(0, borrower_cap - owed_here)
    amount = min(wanted, min(room, legal_room)) // HUNDRED_YUAN * HUNDRED_YUAN
    if amount < smallest_loan:
        # The law is the ground only when it, and not the lender's own limit, leaves too little.
        return Decision(BORROWER_CAP if legal_room < room else LIMIT, 0, limit)
    if perceived_apr > reservation_apr:
        return Decision(DECLINED_PRICE, 0, limit)
    return Decision(PENDING, amount, limit)


@rule
def told_of_a_cut(outcome: int, unnoticed_cut: int) -> int:
    """Return the ground of a refusal as it is given to the customer: a cut without notice shows when they ask."""
    return LINE_CUT if unnoticed_cut == 1 and outcome in (LIMIT, FROZEN) else outcome


@rule
def explored(
    answer: Decision,
    line_status: int,
    apr_bp: int,
    wanted: int,
    smallest_loan: int,
    perceived_apr: float,
    reservation_apr: float,
    u: float,
    share: float,
) -> Decision:
    """Return the answer after exploration: a share of strangers refused by policy may have the smallest loan, fen.

    A lender that lends only to those it trusts never learns whether it was right about the others. So it also lends
    where no price pays, at the highest it may ask: what that loses is the cost of knowing.
    """
    if answer.outcome not in (OWN_POLICY, NO_PRICE, RATE_CAP) or line_status != NO_LINE or u >= share:
        return answer
    if apr_bp == 0 or wanted < smallest_loan:
        return answer
    if perceived_apr > reservation_apr:
        return Decision(DECLINED_PRICE, 0, smallest_loan)
    return Decision(PENDING, smallest_loan, smallest_loan)


@rule
def officers_view(reliability: int, insight_share: float, blind_share: float, noise: float) -> float:
    """Return what a loan officer believes of a person, a standard score.

    `blind_share` is what makes the variance one: the root of one less the square of `insight_share`.
    """
    return insight_share * (reliability / 1000.0) + blind_share * noise


@rule
def overruled(
    answer: Decision,
    line_status: int,
    apr_bp: int,
    closed: int,
    wanted: int,
    smallest_loan: int,
    perceived_apr: float,
    reservation_apr: float,
    view: float,
    refuse_below: float,
    accept_above: float,
) -> Decision:
    """Return the answer after a loan officer has looked at a stranger whom the scorecard had accepted or refused.

    Officers lend in bands beyond the cut-off, but not where no price pays.
    """
    if line_status == NO_LINE and answer.outcome == PENDING and view < refuse_below:
        return Decision(OWN_POLICY, 0, answer.limit)
    if answer.outcome == OWN_POLICY and closed == 0 and view > accept_above:
        return explored(answer, line_status, apr_bp, wanted, smallest_loan, perceived_apr, reservation_apr, 0.0, 1.0)
    return answer


@rule
def rationed(answer: Decision, u: float, share: float) -> Decision:
    """Return the answer after a cut of new lending at random: a share of what was granted is refused."""
    if answer.outcome == PENDING and u < share:
        return Decision(GROWTH_PLAN, 0, answer.limit)
    return answer


@rule
def priority(band: int, u: float) -> int:
    """Return the rank in the queue for money: the band, then a keyed draw; lower is served first."""
    return band * PRIORITY_STEPS + int(u * PRIORITY_STEPS)


@rule
def stratum_of(group: int, strata: int) -> int:
    """Return the stratum of a lender's demand that a person of a group is in: of region and sector, or the only one."""
    if strata == 1:
        return 0
    return group // AGES % strata
