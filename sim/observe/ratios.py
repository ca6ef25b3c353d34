"""What every recorded ratio is made of: declared once, read by whoever writes, adds up, compares or explains one.

A `Ratio` is the sum of recorded columns over the sum of others. It is recorded from these very columns, and several
lenders or groups of one month are put together by adding up both parts first. So are months where large ones are to
weigh more; readers that give every month the same weight take the mean of monthly ratios, and say so. A `Mean` is over
something that is counted, and its sum is implied: the value times what it is a mean over. A `Single` belongs to one row
and has no sum.
Where the part below is not positive there is no value: None in a row, null in a table.

Names that are no columns of the record are ratios that readers form of it, such as those of a vintage.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple


class Ratio(NamedTuple):
    """A sum of columns over a sum of columns, written "a + b - c"; `times` and `per` are whole factors of the parts."""

    above: str
    below: str
    times: int = 1
    per: int = 1
    is_whole: bool = False  # recorded without its fraction, since it counts fen

    @property
    def parts(self) -> tuple[str, ...]:
        """The columns it is made of, each once."""
        return columns_of(self.above, self.below)

    def value(self, row: Mapping[str, Any]) -> float | int | None:
        """Return the ratio of one row of whole numbers, or None where there is nothing to divide by."""
        above, below = self.times * int(total(self.above, row)), self.per * int(total(self.below, row))
        if below <= 0:
            return None
        return above // below if self.is_whole else above / below

    def __str__(self) -> str:
        """Return the ratio as a formula."""
        above = f"{self.times} * {bracketed(self.above)}" if self.times != 1 else bracketed(self.above)
        below = f"({self.per} * {bracketed(self.below)})" if self.per != 1 else bracketed(self.below)
        return f"{above} / {below}"


class Mean(NamedTuple):
    """A mean over what `over` counts: of several rows it is the mean weighted by that, which is the mean of all."""

    over: str

    @property
    def parts(self) -> tuple[str, ...]:
        """The columns that say how much it is a mean over."""
        return columns_of(self.over)

    def __str__(self) -> str:
        """Return in words what it is a mean over."""
        return f"mean over {self.over}"


class Single(NamedTuple):
    """A number of one row; several rows have no such number together, for the reason given."""

    why: str

    @property
    def parts(self) -> tuple[str, ...]:
        """No columns."""
        return ()

    def __str__(self) -> str:
        """Return that it stands alone."""
        return "of one row alone"


Made = Ratio | Mean | Single


@cache  # every row of every month asks for them
def terms(text: str) -> tuple[tuple[int, str], ...]:
    """Return the columns of "a + b - c" with their signs."""
    signed = text.replace("- ", "+ -").split("+")
    return tuple((-1 if name.strip().startswith("-") else 1, name.strip().removeprefix("-")) for name in signed)


def columns_of(*texts: str) -> tuple[str, ...]:
    """Return the columns named in sums, each once."""
    return tuple(dict.fromkeys(name for text in texts for _, name in terms(text)))


def total(text: str, row: Any) -> Any:
    """Return "a + b - c" of one row of whole numbers, or column by column of a table."""
    return sum(sign * row[name] for sign, name in terms(text))


def bracketed(text: str) -> str:
    """Return a sum with brackets where it needs them."""
    return f"({text})" if " " in text else text


LENT = "originations_fen + refinanced_fen"  # new money, and what repaid older loans at the same lender
OWN_LOANS = "stage1_fen + stage2_fen + stage3_fen"
STATE = Single("it is a state of the whole economy")
ORDER = Single("scores of different cards have no common order")
DISPERSION = Single("the parts of several books have no order or share in common")
FILED = Single("it is what one lender told, or is asked")

# By table, every column that is no amount and no count, and the ratios that readers form.
MADE_OF: dict[str, dict[str, Made]] = {
    "market": {
        "unemployment_share": Ratio("unemployed", "borrowers"),
        "gap": STATE,
        "in_slowdown": STATE,
        "policy_rate_apr": STATE,
        "funding_spread_apr": STATE,
        "indebted_share": Ratio("indebted", "borrowers"),
        "approval_share": Ratio("approvals", "applications"),
        "new_approval_share": Ratio("new_approvals", "new_applications"),
        "line_approval_share": Ratio("line_approvals", "line_applications"),
        "mean_apr": Ratio("yearly_charges_fen", LENT),
        "dpd30_share": Ratio("dpd30_fen", "debt_fen"),
        "dpd90_share": Ratio("dpd90_fen", "debt_fen"),
        "hardship_share": Ratio("hardship", "borrowers"),
        "no_slot_share": Ratio("no_slot", "applications"),
        "aware_share": Ratio("aware", "borrowers"),
        "hhi": DISPERSION,
    },
    "lender": {
        "provision_coverage_share": Ratio("allowance_fen", "stage3_fen"),
        "provision_loan_share": Ratio("allowance_fen", OWN_LOANS),
        "sale_price_share": Mean("lots_sold_fen"),
        "wholesale_apr": Mean("wholesale_fen"),
        "rollover_factor_share": Mean("wholesale_fen"),
        "capital_ratio_share": Ratio("equity_fen", "risk_weighted_assets_fen"),
        "total_capital_share": Ratio("equity_fen + tier2_fen", "risk_weighted_assets_fen"),
        "utilisation_share": Ratio("line_limits_fen - unused_lines_fen", "line_limits_fen"),
        "approval_share": Ratio("approvals", "applications"),
        "new_approval_share": Ratio("new_approvals", "new_applications"),
        "line_approval_share": Ratio("line_approvals", "line_applications"),
        "mean_ticket_fen": Ratio("originations_fen", "originations_count", is_whole=True),
        "mean_ticket_yuan": Ratio("originations_fen", "originations_count", per=100),
        "mean_apr": Ratio("yearly_charges_fen", LENT),
        "headline_apr": Mean(LENT),
        "fee_apr": Mean(LENT),
        "offered_apr": Mean("offered_applications"),
        "markup_apr": Mean("offered_applications"),
        "dpd30_share": Ratio("dpd30_fen", "managed_loans_fen"),
        "dpd60_share": Ratio("dpd60_fen", "managed_loans_fen"),
        "dpd90_share": Ratio("dpd90_fen", "managed_loans_fen"),
        "dpd90_over_dpd30": Ratio("dpd90_fen", "dpd30_fen"),
        "dpd30_lagged_share": Ratio("dpd30_fen", "lagged_managed_loans_fen"),
        "dpd90_lagged_share": Ratio("dpd90_fen", "lagged_managed_loans_fen"),
        "npl_with_charge_offs_share": Ratio(
            "dpd90_fen + managed_charge_offs_12m_fen", "managed_loans_fen + managed_charge_offs_12m_fen"
        ),
        "charge_offs_yearly_share": Ratio("charge_offs_fen", "loans_fen", times=12),
        "allowance_five_category_share": Ratio("allowance_five_category_fen", "loans_fen"),
        "allowance_ifrs9_share": Ratio("allowance_ifrs9_fen", "loans_fen"),
        "unit_cost_share": Mean("customers"),
        "roe_share": Ratio("profit_12m_fen", "equity_12m_fen", times=12),
        "roa_share": Ratio("profit_12m_fen", "assets_12m_fen", times=12),
        "take_rate_share": Ratio("net_income_12m_fen", "managed_loans_12m_fen", times=12),
        "cost_income_share": Ratio("opex_12m_fen", "net_income_12m_fen"),
    },
    "bands": {"offered_apr": Mean("applications"), "taken_apr": Mean("taken_fen")},
    "offer_tests": {"offered_apr": Mean("offers")},
    "segment": {
        "mean_apr": Ratio("new_yearly_charges_fen", "originations_fen"),
        "dpd30_share": Ratio("dpd30_fen", "debt_fen"),
        "dpd90_share": Ratio("dpd90_fen", "debt_fen"),
        "hardship_share": Ratio("hardship", "borrowers"),
        "approval_share": Ratio("approvals", "applications"),
        "indebted_share": Ratio("indebted", "borrowers"),
        "unemployment_share": Ratio("unemployed", "borrowers"),
    },
    "shape": {
        "mean_ticket_fen": Ratio("lent_fen", "loans", is_whole=True),
        "mean_owed_fen": Ratio("owed_fen", "loans", is_whole=True),
        **{f"loans_below_{yuan}_share": Ratio(f"loans_below_{yuan}", "loans") for yuan in (1000, 5000, 10000)},
        **{f"owed_below_{yuan}_share": Ratio(f"owed_below_{yuan}_fen", "owed_fen") for yuan in (1000, 5000, 10000)},
        **dict.fromkeys(
            ("ticket_gini", "debt_gini", "top_percent_share", "size_hhi", "sector_hhi", "region_hhi"), DISPERSION
        ),
    },
    "liquidity": {
        "consumption_income_share": Ratio("consumption_fen", "normal_income_fen"),
        "informal_income_share": Ratio("informal_debt_fen", "normal_income_fen"),
        "cannot_draw_share": Ratio("refused_line_cut", "people"),
        "moved_share": Ratio("moved_lender", "people"),
        "hardship_share": Ratio("hardship", "people"),
    },
    "cohort": {
        "defaults_elsewhere_share": Ratio("defaults_elsewhere", "people"),
        "lenders_defaulted_elsewhere_mean": Ratio("lenders_defaulted_elsewhere", "people"),
        "defaults_here_share": Ratio("defaults_here", "people"),
    },
    "thinned": {
        "dpd30_share": Ratio("late_fen", "loans_fen"),
        "dpd30_lagged_share": Ratio("late_fen", "lagged_loans_fen"),
    },
    "vintage": {
        f"{name}_share": Ratio(f"{name}_fen", "original_fen") for name in ("ever30", "ever60", "ever90", "charged_off")
    },
    "scorecards": {
        "model_version": Single("it is the number of one lender's card"),
        "predicted_share": Mean("loans"),
        "realised_share": Ratio("bads", "loans"),
        "auc_share": ORDER,
        "ks_share": ORDER,
        "brier_score": Mean("loans"),
        "stranger_predicted_share": Mean("stranger_loans"),
        "stranger_realised_share": Ratio("stranger_bads", "stranger_loans"),
        "population_stability_index": Single("it compares the applicants of one lender with those it had before"),
        "truth_auc_share": ORDER,
        "truth_ks_share": ORDER,
        "truth_brier_score": Mean("truth_people"),
        "approved_predicted_share": Mean("approved_people"),
        "approved_bad_share": Ratio("approved_bads", "approved_people"),
        "refused_predicted_share": Mean("refused_people"),
        "refused_bad_share": Ratio("refused_bads", "refused_people"),
        "refused_auc_share": ORDER,
        "refused_ks_share": ORDER,
        "refused_brier_score": Mean("refused_people"),
        "refused_stranger_predicted_share": Mean("refused_strangers"),
        "refused_stranger_bad_share": Ratio("refused_stranger_bads", "refused_strangers"),
        "compared_excess_share": Mean("compared_people"),
    },
    "scorecard_bands": {
        "predicted_share": Mean("loans"),
        "truth_predicted_share": Mean("truth_people"),
        "refused_predicted_share": Mean("refused_people"),
    },
    "returns": dict.fromkeys(("told_capital_share", "true_capital_share", "hidden_share", "minimum_share"), FILED),
    "actions": {"value": Single("it is of one act, in the act's own unit")},
}
