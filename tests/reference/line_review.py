"""How one lender reviews a customer's line after the month's payments: freezes, thaws, raises or cuts it."""

from __future__ import annotations

from sim.codes import LINE_FROZEN, LINE_OPEN
from sim.draws import FOR_LIFE
from sim.rules.limits import (
    QuietCut,
    cut_limit,
    is_made_useless,
    line_ends,
    quiet_cut,
    review_cut_share,
    reviewed_limit,
    reviewed_status,
)
from tests.reference.application import cell_seen, income_believed
from tests.reference.circumstances import Circumstances, LenderTerms
from tests.reference.counts import Counts
from tests.reference.credit import Line
from tests.reference.person import Person

FEN_PER_YUAN = 100
GOOD_STANDING_MONTHS = 6


def review_line(person: Person, terms: LenderTerms, world: Circumstances, counts: Counts) -> int:
    """Let one lender end, freeze, thaw, raise or cut a line; return the fen left to draw."""
    credit = person.credit
    line, owed = credit.lines[terms.lender], credit.owed_at(terms.lender)
    if owed > 0 or credit.worst_bucket_at(terms.lender) > 0:
        line.last_owed_month = world.month
    elif line_ends(line.status, world.month - line.last_owed_month, terms.dormant_months, terms.barred_months):
        credit.lines[terms.lender] = Line()
        return 0
    if line.status in (LINE_OPEN, LINE_FROZEN):
        judge_line(person, line, terms, world, counts)
    unused = credit.unused_at(terms.lender)
    if owed > 0:
        counts.at_lender(terms.lender, "customers")
    if owed > 0 and world.counts_shape:
        counts.debtor(terms.lender, owed, person.group)
    if line.status == LINE_OPEN:
        counts.at_lender(terms.lender, "open_lines")
        counts.at_lender(terms.lender, "line_limits", line.limit)
        counts.at_lender(terms.lender, "unused_lines", unused)
    return unused


def judge_line(person: Person, line: Line, terms: LenderTerms, world: Circumstances, counts: Counts) -> None:
    """Let the lender change what may be drawn on an open or frozen line."""
    owed, bucket = person.credit.owed_at(terms.lender), person.credit.worst_bucket_at(terms.lender)
    status, limit, room = line.status, line.limit, person.credit.room_at(terms.lender)
    taken = what_is_taken(person, line, terms, world) if terms.cuts.may else QuietCut(0.0, 0)
    line.status = reviewed_status(status, bucket, taken.freezes)
    if status == line.status == LINE_OPEN:
        line.limit = reviewed_limit(
            limit,
            owed,
            world.month - line.opened_month,
            terms.limit_raise if person.months_since_late >= GOOD_STANDING_MONTHS else 0.0,
            taken.share,
            min(terms.largest_limit, int(terms.limit_months[0] * person.normal_income(world))),
            terms.borrower_cap,
        )
    elif status == LINE_OPEN and bucket > 0 and taken.share > 0.0:
        line.limit = cut_limit(limit, owed, taken.share)
    if taken == QuietCut(0.0, 0):
        return
    if line.limit < limit:
        counts.at_lender(terms.lender, "lines_cut")
        counts.at_lender(terms.lender, "limits_cut", limit - line.limit)
    was_open, is_late = status == LINE_OPEN, bucket > 0
    if was_open and line.status == LINE_FROZEN and not is_late:
        counts.at_lender(terms.lender, "lines_frozen")
    smallest = world.behaviour.demand.smallest_loan_yuan * FEN_PER_YUAN
    still_open = line.status == LINE_OPEN or is_late  # late people know why they cannot draw
    useless = is_made_useless(room, person.credit.room_at(terms.lender), int(still_open), smallest)
    if was_open and terms.open and useless:
        line.unnoticed_cut = 1


def what_is_taken(person: Person, line: Line, terms: LenderTerms, world: Circumstances) -> QuietCut:
    """Return what the lender takes from a line: the more of its review and its quiet programme."""
    cuts, owed = terms.cuts, person.credit.owed_at(terms.lender)
    band = 0
    if cuts.sees_band:
        band = terms.band_of_cell[cell_seen(person, terms, income_believed(person, terms, world), world)]
    sees_elsewhere = person.registry_rank < terms.registry_rank
    share = review_cut_share(
        int(line.status == LINE_OPEN and person.credit.worst_bucket_at(terms.lender) > 0),
        world.month - line.opened_month,
        person.credit.debt() - owed if sees_elsewhere else 0,
        person.normal_income(world),
        band,
        cuts.late_share,
        cuts.debt_share,
        cuts.debt_months,
        cuts.band_share,
        cuts.band_from,
    )
    quiet = quiet_cut(
        owed,
        cuts.opened_before - line.opened_month,
        band,
        world.chance._replace(month=FOR_LIFE).uniform("quiet_cut", person.row, terms.lender_id),
        cuts.unused_only,
        cuts.from_band,
        cuts.quiet_share,
        cuts.customer_share,
        cuts.freeze_share,
    )
    return QuietCut(max(share, quiet.share), quiet.freezes)
