"""Personal offers: some applications get another price or limit than their band, to learn what that does."""

from __future__ import annotations

from sim.compiling import rule
from sim.counted import CHEAPER, DEARER, NARROWER, UNTESTED, WIDER

TESTED_ARMS = 5
HUNDRED_YUAN = 10_000


@rule
def offer_arm(u: float, share: float) -> int:
    """Return the arm that a draw falls into: outside the offer test, or one of its five arms with the same chance."""
    if u >= share:
        return UNTESTED
    return 1 + min(TESTED_ARMS - 1, int(u / share * TESTED_ARMS))


@rule
def arm_met(arm_for_life: int, arm_of_month: int) -> int:
    """Return the arm of an application, of a draw for life that decides on limits and one of the month on prices.

    Who is to have a wider or narrower line has it whenever it is opened, and all that is drawn on it is in that arm.
    Everybody else's prices are tried, and a draw of the month that would be of limits tries nothing.
    """
    if arm_for_life in (WIDER, NARROWER):
        return arm_for_life
    return UNTESTED if arm_of_month in (WIDER, NARROWER) else arm_of_month


@rule
def personal_price(apr_bp: int, arm: int, step_bp: int, least_bp: int, most_bp: int) -> int:
    """Return the price offered in basis points; within the lender's and the law's bounds, and 0 in a closed band."""
    if apr_bp == 0:
        return 0
    if arm == DEARER:
        return max(apr_bp, min(apr_bp + step_bp, most_bp))
    if arm == CHEAPER:
        return min(apr_bp, max(apr_bp - step_bp, least_bp))
    return apr_bp


@rule
def personal_limit(limit: int, arm: int, step_share: float, largest_limit: int) -> int:
    """Return the opening limit offered in fen, in hundreds of yuan; never above the lender's largest or the law's."""
    if arm == WIDER:
        return max(limit, min(int(limit * (1.0 + step_share)), largest_limit) // HUNDRED_YUAN * HUNDRED_YUAN)
    if arm == NARROWER:
        return int(limit * (1.0 - step_share)) // HUNDRED_YUAN * HUNDRED_YUAN
    return limit
