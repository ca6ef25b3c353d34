"""Writes down what happened: one row per month and key, typed, with a canonical hash over all tables."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.observe.columns import Columns
from sim.observe.liquidity import liquidity_rows
from sim.observe.metrics import herfindahl, past_due, return_on_equity, share, yearly_share
from sim.observe.offering import band_rows, offer_test_rows, offered_apr
from sim.observe.schemas import SCHEMAS
from sim.observe.shape import shape_row
from sim.population import parts_of_groups
from sim.scoring.review import Review
from sim.state import People, Tallies
from sim.values import (
    AGE_BANDS,
    FLOW,
    GROUP_FLOW,
    GROUPS,
    HOUSEHOLD_FLOW,
    LAG_MONTHS,
    NO_LENDER,
    NO_SLOT,
    NOBODY,
    NOT_APPLIED,
    OUTCOMES,
    OWN_POLICY,
    QUINTILES,
    REGIONS,
    SECTORS,
    VINTAGE_MONTHS,
    Act,
    Economy,
    Offer,
)

DIMENSIONS = (("income_quintile", QUINTILES), ("region", REGIONS), ("sector", SECTORS), ("age_band", AGE_BANDS))
REFUSALS = tuple(code for code in range(OWN_POLICY, len(OUTCOMES)))


class LenderHistory:
    """What is remembered of a lender between months to form ratios over time."""

    def __init__(self) -> None:
        """Start without a past."""
        self.books: list[int] = []
        self.charge_offs: list[int] = []
        self.profits: list[int] = []
        self.equities: list[int] = []
        self.assets: list[int] = []
        self.incomes: list[int] = []  # interest and fees less what funding costs
        self.opex: list[int] = []


class Record:
    """The tables of one run; months of the warm-up count towards histories and are not written."""

    def __init__(
        self, names: Sequence[str], kinds: Sequence[str], state: Callable[[], People], warm_up_months: int
    ) -> None:
        """Prepare empty tables for lenders in order of id; `state` tells how things stand with people when asked."""
        self.names = list(names)
        self.kinds = list(kinds)
        self.warm_up_months = warm_up_months
        self.state = state
        self.columns = {name: Columns(schema) for name, schema in SCHEMAS.items()}
        self.histories = [LenderHistory() for _ in names]
        lenders = len(self.names)
        # cumulative flows by month of origination, from the start of the warm-up: lent, 30+, 60+, 90+, charged off
        self.cohorts: dict[int, NDArray[np.int64]] = {}
        self.blank_cohort = np.zeros((lenders, 5), dtype=np.int64)
        self.group_size = np.bincount(state().borrowers.group.astype(np.int64), minlength=GROUPS)
        self.group_parts = parts_of_groups()
        # one row for each value of each dimension: which groups belong to it; whole numbers, so sums are exact
        self.members = np.array(
            [
                self.group_parts[:, place] == value
                for place, (_, vs) in enumerate(DIMENSIONS)
                for value in range(len(vs))
            ],
            dtype=np.int64,
        )
        self.last_market_row: dict[str, Any] = {}

    # --- writing ------------------------------------------------------------------------------------------------------
    def write(
        self,
        step: int,
        economy: Economy,
        tallies: Tallies,
        offers: Sequence[Offer],
        reports: Sequence[dict[str, Any]],
        bindings: Sequence[str],
    ) -> None:
        """Write one month; `step` counts from the start of the warm-up, `economy.month` from month 0."""
        lender_rows = [
            self.lender_row(index, economy.month, tallies, offer, report, binding)
            for index, (offer, report, binding) in enumerate(zip(offers, reports, bindings, strict=True))
        ]
        self.follow_vintages(step, tallies)
        self.last_market_row = self.market_row(economy, tallies)
        if economy.month < 0:
            return
        self.columns["market"].add(self.last_market_row)
        for row in lender_rows:
            self.columns["lender"].add(row)
        self.write_refused(economy.month, tallies)
        self.write_offers(economy.month, offers, tallies)
        self.write_estates(economy.month, reports)
        self.write_budgets(economy.month, reports)
        self.write_segments(economy.month, tallies)
        for index, name in enumerate(self.names if tallies.tickets.any() else ()):
            self.columns["shape"].add(shape_row(name, index, economy.month, tallies))
        for row in liquidity_rows(economy.month, tallies):
            self.columns["liquidity"].add(row)
        self.write_vintages(step, tallies)
        self.write_rolls(economy.month, tallies)

    def note_rows(self, table: str, rows: Iterable[dict[str, Any]]) -> None:
        """Write rows that somebody else has made into a table."""
        for row in rows:
            self.columns[table].add(row)

    def note(self, acts: Sequence[Act]) -> None:
        """Write down acts of lenders and the regulator."""
        for act in acts:
            self.columns["actions"].add(act._asdict())

    def note_reviews(self, reviews: Sequence[tuple[str, Review]]) -> None:
        """Write down what lenders found when they reviewed their scorecards."""
        for lender, review in reviews:
            for row in review.rows():
                self.columns["scorecards"].add({"lender": lender, **row})
            for row in review.band_rows():
                self.columns["scorecard_bands"].add({"lender": lender, **row})

    def market_row(self, economy: Economy, tallies: Tallies) -> dict[str, Any]:
        """Return the market's row of the month."""
        flow = tallies.flow.sum(axis=0)
        group = tallies.group.sum(axis=0)
        household = tallies.household
        people = int(self.group_size.sum())
        applications = int(group[GROUP_FLOW["applications"]])
        debt = int(group[GROUP_FLOW["debt"]])
        lent = int(flow[FLOW["originations"]])
        return {
            "month": economy.month,
            "date": economy.date,
            "unemployment_share": share(int(group[GROUP_FLOW["unemployed"]]), people),
            "gap": economy.gap,
            "in_slowdown": economy.in_slowdown,
            "policy_rate_apr": economy.policy_rate_apr,
            "funding_spread_apr": economy.funding_spread_apr,
            "borrowers": people,
            "indebted_share": share(int(group[GROUP_FLOW["indebted"]]), people),
            "debt_fen": debt,
            "applications": applications,
            "approvals": int(group[GROUP_FLOW["approvals"]]),
            "approval_share": share(int(group[GROUP_FLOW["approvals"]]), applications),
            "new_approval_share": share(int(flow[FLOW["new_approvals"]]), int(flow[FLOW["new_applications"]])),
            "line_approval_share": share(int(flow[FLOW["line_approvals"]]), int(flow[FLOW["line_applications"]])),
            "originations_fen": lent - int(flow[FLOW["refinanced"]]),
            "mean_apr": share(int(flow[FLOW["originations_apr"]]), lent),
            "dpd30_share": share(int(group[GROUP_FLOW["debt_dpd30"]]), debt),
            "dpd90_share": share(int(group[GROUP_FLOW["debt_dpd90"]]), debt),
            "defaults": int(flow[FLOW["defaults"]]),
            "charge_offs_fen": int(flow[FLOW["charge_offs"]]),
            "consumption_fen": int(household[HOUSEHOLD_FLOW["consumption"]]),
            "income_fen": int(group[GROUP_FLOW["income"]]),
            "hardship_share": share(int(household[HOUSEHOLD_FLOW["hardship_people"]]), people),
            "informal_debt_fen": int(household[HOUSEHOLD_FLOW["informal_debt"]]),
            "informal_defaults": int(household[HOUSEHOLD_FLOW["informal_defaults"]]),
            "no_slot_share": share(int(group[GROUP_FLOW["no_slot"]]), applications),
            "aware_share": share(int(flow[FLOW["aware"]]), people),
            "hhi": herfindahl([int(amount) for amount in tallies.stock.sum(axis=1)]),
        }

    def lender_row(
        self, index: int, month: int, tallies: Tallies, offer: Offer, report: dict[str, Any], binding: str
    ) -> dict[str, Any]:
        """Return one lender's row of the month, and remember what later ratios need."""
        flow = tallies.flow[index]
        stock = [int(amount) for amount in tallies.stock[index]]
        book = sum(stock)
        history = self.histories[index]
        history.books.append(book)
        history.charge_offs.append(int(flow[FLOW["charge_offs"]]))
        history.profits.append(int(report["profit_fen"]))
        history.equities.append(int(report["equity_fen"]))
        history.assets.append(int(report["cash_fen"]) + int(report["loans_fen"]) - int(report["allowance_fen"]))
        history.incomes.append(
            int(report["interest_fen"]) + int(report["service_fees_fen"]) - int(report["funding_cost_fen"])
        )
        history.opex.append(int(report["opex_fen"]))
        lagged = history.books[-1 - LAG_MONTHS] if len(history.books) > LAG_MONTHS else book
        lost = sum(history.charge_offs[-12:])
        applications = int(flow[FLOW["new_applications"]] + flow[FLOW["line_applications"]])
        approvals = int(flow[FLOW["new_approvals"]] + flow[FLOW["line_approvals"]])
        lent = int(flow[FLOW["originations"]])
        new_money = lent - int(flow[FLOW["refinanced"]])
        count = int(flow[FLOW["originations_count"]])
        limits = int(flow[FLOW["line_limits"]])
        mean_apr = share(int(flow[FLOW["originations_apr"]]), lent)
        ceiling = offer.rules.max_headline_apr_bp / 10_000.0  # of headlines: what is above it is shown as fees
        row: dict[str, Any] = {
            "month": month,
            "lender": self.names[index],
            "kind": self.kinds[index],
            "managed_loans_fen": book,
            "claims_fen": int(tallies.claims[index]),
            "buyers_claims_fen": int(flow[FLOW["buyers_claims"]]),
            "customers": int(flow[FLOW["customers"]]),
            "open_lines": int(flow[FLOW["open_lines"]]),
            "line_limits_fen": limits,
            "unused_lines_fen": int(flow[FLOW["unused_lines"]]),
            "lines_cut": int(flow[FLOW["lines_cut"]]),
            "limits_cut_fen": int(flow[FLOW["limits_cut"]]),
            "lines_frozen": int(flow[FLOW["lines_frozen"]]),
            "utilisation_share": share(limits - int(flow[FLOW["unused_lines"]]), limits),
            "new_applications": int(flow[FLOW["new_applications"]]),
            "new_approvals": int(flow[FLOW["new_approvals"]]),
            "line_applications": int(flow[FLOW["line_applications"]]),
            "line_approvals": int(flow[FLOW["line_approvals"]]),
            "applications": applications,
            "approvals": approvals,
            "approval_share": share(approvals, applications),
            "originations_fen": new_money,
            "refinanced_fen": lent - new_money,
            "originations_count": count,
            "mean_ticket_fen": new_money // count if count else 0,
            "mean_apr": mean_apr,
            "offered_apr": offered_apr(offer, tallies),
            "headline_apr": min(mean_apr * (1.0 - report["fee_gap_share"]), ceiling),
            "fee_apr": max(mean_apr * report["fee_gap_share"], mean_apr - ceiling),
            "dpd30_share": share(past_due(stock, 2), book),
            "dpd60_share": share(past_due(stock, 3), book),
            "dpd90_share": share(past_due(stock, 4), book),
            "dpd30_lagged_share": share(past_due(stock, 2), lagged),
            "dpd90_lagged_share": share(past_due(stock, 4), lagged),
            "npl_with_charge_offs_share": share(past_due(stock, 4) + lost, book + lost),
            "managed_charge_offs_fen": int(flow[FLOW["charge_offs"]]),
            "defaults": int(flow[FLOW["defaults"]]),
            "defaults_by_choice": int(flow[FLOW["defaults_by_choice"]]),
            "roe_share": return_on_equity(history.profits[-12:], history.equities[-12:]),
            "roa_share": yearly_share(history.profits[-12:], history.assets[-12:]),
            "take_rate_share": yearly_share(history.incomes[-12:], history.books[-12:]),
            "cost_income_share": share(sum(history.opex[-12:]), sum(history.incomes[-12:])),
            "binding": binding,
        }
        for column in SCHEMAS["lender"]:
            if column not in row:
                row[column] = report[column]
        return row

    def write_refused(self, month: int, tallies: Tallies) -> None:
        """Write how many applications, and how much, ended for each reason, by lender, both rounds together."""
        for index, name in enumerate(self.names):
            for code in REFUSALS:
                count = int(tallies.outcome_count[index, :, code].sum())
                if count:
                    self.columns["refused"].add(
                        {
                            "month": month,
                            "lender": name,
                            "constraint": OUTCOMES[code],
                            "applications": count,
                            "amount_fen": int(tallies.outcome_amount[index, :, code].sum()),
                        }
                    )

    def write_offers(self, month: int, offers: Sequence[Offer], tallies: Tallies) -> None:
        """Write what every band of every lender was offered and took, and the arms of trials of prices."""
        for index, (name, offer) in enumerate(zip(self.names, offers, strict=True)):
            for row in band_rows(month, offer, tallies):
                self.columns["bands"].add({"lender": name, **row})
            for row in offer_test_rows(month, index, tallies):
                self.columns["offer_tests"].add({"lender": name, **row})

    def write_estates(self, month: int, reports: Sequence[dict[str, Any]]) -> None:
        """Write what every rank of claims on failed lenders was owed, was paid so far and has lost."""
        for name, report in zip(self.names, reports, strict=True):
            for claim in report["estate"]:
                self.columns["resolution"].add(
                    {
                        "month": month,
                        "lender": name,
                        "rank": claim.rank,
                        "owed_fen": claim.owed,
                        "paid_fen": claim.paid,
                        "lost_fen": claim.lost,
                    }
                )

    def write_budgets(self, month: int, reports: Sequence[dict[str, Any]]) -> None:
        """Write every headroom that set a limit, and how much each refused."""
        for name, report in zip(self.names, reports, strict=True):
            for use in report["headrooms"]:
                self.columns["budgets"].add(
                    {
                        "month": month,
                        "lender": name,
                        "constraint": OUTCOMES[use.constraint],
                        "room_fen": use.room_fen,
                        "refused_fen": use.refused_fen,
                        "binding": int(use.refused_fen > 0),
                    }
                )

    def write_segments(self, month: int, tallies: Tallies) -> None:
        """Write the groups of people along each dimension."""
        totals = iter((self.members @ tallies.group).tolist())
        sizes = iter((self.members @ self.group_size).tolist())
        for name, values in DIMENSIONS:
            for label in values:
                total = dict(zip(GROUP_FLOW, next(totals), strict=True))
                people = next(sizes)
                self.columns["segment"].add(
                    {
                        "month": month,
                        "dimension": name,
                        "value": label,
                        "borrowers": people,
                        "indebted": total["indebted"],
                        "applications": total["applications"],
                        "approvals": total["approvals"],
                        "originations_fen": total["originations"],
                        "debt_fen": total["debt"],
                        "mean_apr": share(total["originations_apr"], total["originations"]),
                        "dpd30_share": share(total["debt_dpd30"], total["debt"]),
                        "dpd90_share": share(total["debt_dpd90"], total["debt"]),
                        "defaults": total["defaults"],
                        "hardship_share": share(total["hardship"], people),
                        "informal_debt_fen": total["informal_debt"],
                        "consumption_fen": total["consumption"],
                        "income_fen": total["income"],
                        "unemployed": total["unemployed"],
                    }
                )

    def follow_vintages(self, step: int, tallies: Tallies) -> None:
        """Add the month's vintage flows to their cohorts."""
        for age in range(min(step + 1, VINTAGE_MONTHS)):
            cohort = self.cohorts.setdefault(step - age, self.blank_cohort.copy())
            cohort += tallies.vintage_flow[:, age, :]
        self.cohorts.pop(step - VINTAGE_MONTHS, None)

    def write_vintages(self, step: int, tallies: Tallies) -> None:
        """Write every cohort lent in reported months, by lender."""
        ages = min(step - self.warm_up_months + 1, VINTAGE_MONTHS)
        lenders = len(self.names)
        flows = np.stack([self.cohorts[step - age] for age in range(ages)], axis=1)  # (L, ages, 5)
        cohorts = [step - age - self.warm_up_months for age in range(ages)]
        self.columns["vintage"].extend(
            {
                "lender": [name for name in self.names for _ in range(ages)],
                "cohort": cohorts * lenders,
                "months_on_book": list(range(ages)) * lenders,
                "balance_fen": tallies.vintage_stock[:, :ages].reshape(-1).tolist(),
                "ever30_fen": flows[:, :, 1].reshape(-1).tolist(),
                "ever60_fen": flows[:, :, 2].reshape(-1).tolist(),
                "ever90_fen": flows[:, :, 3].reshape(-1).tolist(),
                "charged_off_fen": flows[:, :, 4].reshape(-1).tolist(),
                "original_fen": flows[:, :, 0].reshape(-1).tolist(),
            }
        )

    def write_rolls(self, month: int, tallies: Tallies) -> None:
        """Write the moves between buckets that happened."""
        lender, before, after = np.nonzero(tallies.roll_count)
        self.columns["roll"].extend(
            {
                "month": [month] * len(lender),
                "lender": [self.names[index] for index in lender],
                "from_bucket": before.tolist(),
                "to_bucket": after.tolist(),
                "loans": tallies.roll_count[lender, before, after].tolist(),
                "balance_fen": tallies.roll_amount[lender, before, after].tolist(),
            }
        )

    # --- reading ------------------------------------------------------------------------------------------------------
    def table(self, name: str) -> pa.Table:
        """Return one table; raises KeyError naming the tables there are."""
        if name not in self.columns:
            raise KeyError(f"no table {name!r}; there are {', '.join(self.columns)}")
        return self.columns[name].table()

    @property
    def tables(self) -> dict[str, pa.Table]:
        """Return all tables by name."""
        return {name: columns.table() for name, columns in self.columns.items()}

    def people(self) -> pa.Table:
        """Return one row per borrower: what happened in the observation windows, groups, and the last refusal.

        The last refusal is the last application that came to nothing, also one before the windows: why it did, at
        which lender ("none" where nobody could be asked) and in which month; "not_applied" and no month where none did.
        `served_by` is the lender that last granted credit in the outcome window, "none" where none did.
        """
        borrowers = self.state().borrowers
        parts = self.group_parts[borrowers.group.astype(np.int64)]
        reason = borrowers.last_refusal
        nobody = np.isin(reason, (NOT_APPLIED, NO_SLOT, NO_LENDER))
        refused_by = np.where(nobody, len(self.names), borrowers.last_refused_by).astype(np.int8)
        months = borrowers.last_refusal_month - self.warm_up_months
        served_by = np.where(borrowers.served_by == NOBODY, len(self.names), borrowers.served_by).astype(np.int8)
        return pa.table(
            {"flags": pa.array(borrowers.flags, type=pa.int32())}
            | {"served_by": pa.DictionaryArray.from_arrays(served_by, [*self.names, "none"])}
            | {
                "last_refusal": pa.DictionaryArray.from_arrays(reason, list(OUTCOMES)),
                "last_refused_by": pa.DictionaryArray.from_arrays(refused_by, [*self.names, "none"]),
                "last_refusal_month": pa.array(months, type=pa.int16(), mask=reason == NOT_APPLIED),
            }
            | {name: pa.array(parts[:, column].astype(np.int8)) for column, (name, _) in enumerate(DIMENSIONS)}
        )

    def hash(self) -> str:
        """Return the sha256 over all tables in canonical order: names, columns, types and every value."""
        digest = hashlib.sha256()
        for name in sorted(self.columns):
            digest.update(name.encode())
            columns = self.columns[name]
            for column, kind in columns.schema.items():
                digest.update(f"\0{column}\0{kind}\0".encode())
                values = columns.values[column]
                if kind == "int":
                    digest.update(np.array(values, dtype="<i8").tobytes())
                elif kind == "float":
                    digest.update(np.array(values, dtype="<f8").tobytes())
                else:
                    digest.update("\x1f".join(values).encode())
        return digest.hexdigest()
