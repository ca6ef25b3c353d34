"""What a person meets in a month, in plain Python: the state of the world, every lender's terms, and luck."""

from __future__ import annotations

from typing import NamedTuple

from sim.draws import Chance
from sim.params import BehaviourParameters
from sim.rules.underwriting import lot_of
from sim.values import LineCuts


class LenderTerms(NamedTuple):
    """One lender's terms of the month; by band or by scorecard cell where it is a tuple."""

    lender: int  # place in the order of ids
    lender_id: int
    open: int  # 1 = lends this month
    apr_bp: tuple[int, ...]  # all-in price by band; in closed ones what explored strangers are asked, 0 = nobody is
    closed: tuple[int, ...]  # why it is closed, by band
    typical_apr: float
    typical_headline_apr: float
    headline_share: float  # of the all-in price
    new_cutoff: int  # riskiest band that may open a line
    line_cutoff: int  # riskiest band that may draw on one
    limit_months: tuple[float, ...]  # months of the income believed in, by band
    largest_limit: int  # fen
    limit_raise: float
    borrower_cap: int  # fen
    disclosure: float
    registry_rank: int  # people with a lower rank are seen through the registry
    registry_memory: int  # months
    registry_coverage: float
    partner_share_bp: int
    charge_off_bucket: int
    dormant_months: int
    barred_months: int
    collection_effort: float
    sold_before: int  # claims charged off before this month belong to their buyer
    sale_age: int  # months since charge-off from which a claim is for sale
    proxy_noise: float
    signal_noise: float
    signal_seen: float  # how much of the behaviour signal reaches the lender
    job_loss_seen: float
    scene: float
    is_bank: int
    exploration: float  # share of strangers refused by policy or price who get the smallest loan
    officer_share: float  # share of strangers' applications that an officer decides
    officer_insight: float  # correlation of an officer's view with true reliability
    officer_blindness: float  # weight of what is mere belief
    officer_refuses_below: float
    officer_accepts_above: float
    rationed: float  # share of loans granted that are then refused by lot
    rationed_in_need: float  # the same, for those who borrow to pay bills
    fraud: float  # share of first loans that are frauds
    band_of_cell: tuple[int, ...]
    test_share: float  # of applications that are in a trial of prices and limits
    test_step_bp: int
    test_limit_step: float
    least_apr_bp: int  # no personal price goes below it, nor above the next
    most_apr_bp: int
    has_law: int  # 1 = one of the next four binds somebody
    needs_income: int
    youngest_age_band: int
    most_lenders: int
    service_cap_bp: int  # instalments over income
    cap_income_months: float  # one person's debt here
    longest_term: int  # months
    postponement: int
    taught_share: float
    headline_ceiling: float  # yearly rate
    shut_ground: int  # told to those who ask while `open` is 0
    cuts: LineCuts


class Circumstances(NamedTuple):
    """The month as one person lives it; fixed before anybody acts, so that the order of people cannot matter."""

    month: int  # counted from the start of the warm-up
    wage_index: float
    season_factor: float
    finding_share: float
    separation_shares: tuple[float, ...]  # by place: region and sector
    income_factors: tuple[float, ...]  # by place: what is left of a wage
    job_risks: tuple[float, ...]  # by sector, relative to the mean
    income_noises: tuple[float, ...]  # by sector, log points
    informal_supply_share: float
    community_default_points: tuple[float, ...]  # by community
    before_window: int
    after_window: int
    counts_shape: int  # 1 = books are counted by size and place this month
    watch_months: int  # how long an applicant is followed; 0 = nobody is
    bonus_factor: float  # multiplies wages
    lenders: tuple[LenderTerms, ...]
    behaviour: BehaviourParameters
    chance: Chance


class Allotment(NamedTuple):
    """How far one lender's money went in one round of applications."""

    cutoff: tuple[int, ...]  # by lot: first priority refused
    binding: tuple[int, ...]  # by lot: the constraint that refused it
    partner: tuple[int, ...]  # by priority: bank beside which the loan is made, or NOBODY

    def reaches(self, group: int, priority: int) -> bool:
        """Return whether the money reaches a person of a group at a priority."""
        return priority < self.cutoff[lot_of(group, len(self.cutoff))]

    def refusal(self, group: int) -> int:
        """Return the constraint that refuses people of a group."""
        return self.binding[lot_of(group, len(self.binding))]
