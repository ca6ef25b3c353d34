"""What a lender takes back from customers it already has, this month, and the line of the log about it."""

from __future__ import annotations

from sim.codes import OPERATING, RESOLUTION
from sim.counted import Flow
from sim.money import yuan
from sim.params import LenderParameters, QuietCutParameters
from sim.state import Tallies
from sim.values import Act, LineCuts

AFTER_ALL_LINES = 30_000  # a month later than any line was opened in
EVERYTHING = LineCuts(may=1, quiet_share=1.0, opened_before=AFTER_ALL_LINES)


def line_cuts(lender: LenderParameters, status: str, month: int, warm_up_months: int) -> LineCuts:
    """Return what the lender holds against its lines this month; those of a lender in resolution are gone."""
    if status != OPERATING:
        return EVERYTHING
    review, quiet = lender.review, lender.quiet_cut
    quiet_share, freeze_share = part_of_month(quiet, month), freeze_of_month(quiet, month)
    quiet_is_on = quiet_share > 0.0 or freeze_share > 0.0
    scored = review.band_cut_share > 0.0 or (quiet_is_on and quiet.from_band > 0)
    holds_against = max(review.late_cut_share, review.debt_cut_share, review.band_cut_share)
    return LineCuts(
        may=int(quiet_is_on or holds_against > 0.0),
        sees_band=int(scored),
        quiet_share=quiet_share,
        freeze_share=freeze_share,
        customer_share=quiet.customer_share,
        unused_only=int(quiet.scope == "unused"),
        from_band=quiet.from_band,
        opened_before=quiet.start_month + warm_up_months,
        late_share=review.late_cut_share,
        debt_share=review.debt_cut_share,
        debt_months=review.debt_cut_months,
        band_share=review.band_cut_share,
        band_from=review.band_cut_from,
    )


def part_of_month(quiet: QuietCutParameters, month: int) -> float:
    """Return the share of what is left of a limit that the programme takes this month.

    The parts are equal in yuan: after the last month a limit has lost `cut_share` of what it was before the first.
    """
    elapsed = month - quiet.start_month
    if not 0 <= elapsed < quiet.months:
        return 0.0
    part = quiet.cut_share / quiet.months
    return min(1.0, part / (1.0 - part * elapsed))


def freeze_of_month(quiet: QuietCutParameters, month: int) -> float:
    """Return the share of customers in scope whose line is frozen this month."""
    return quiet.freeze_share if 0 <= month - quiet.start_month < quiet.freeze_months else 0.0


def act_of_cuts(name: str, index: int, status: str, month: int, tallies: Tallies) -> list[Act]:
    """Return the line of the log about this month's cuts, valued in fen; nothing when there were none."""
    flow = tallies.flow[index]
    lines, amount, frozen = (int(flow[Flow.of(column)]) for column in ("lines_cut", "limits_cut", "lines_frozen"))
    if status == RESOLUTION or (lines == 0 and frozen == 0):
        return []
    reason = f"{lines:,} limits lowered by {yuan(amount):,.0f} yuan in all, {frozen:,} lines frozen, without notice"
    return [Act(month, name, "cuts_lines", name, reason, float(amount))]
