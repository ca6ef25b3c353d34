"""Writes down what happened: one row per month and key, typed, with a canonical hash over all tables."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from sim.codes import NO_LENDER, NOBODY, NOT_APPLIED, OUTCOMES, OWN_POLICY
from sim.counted import GROUPS
from sim.economy.population import parts_of_groups
from sim.observe.builders import Block, BlockTable, DateOf, RowTable
from sim.observe.columns import MICRO_SCHEMAS, SCHEMAS
from sim.observe.lender_rows import LenderHistory, lender_row
from sim.observe.liquidity import liquidity_rows
from sim.observe.market_rows import DIMENSIONS, Segments, market_row
from sim.observe.offering import band_columns, offer_test_rows
from sim.observe.shape import shape_row
from sim.observe.vintages import Vintages
from sim.scoring.review import Review
from sim.state import People, Tallies
from sim.values import Act, Economy, Offer

REFUSALS = tuple(code for code in range(OWN_POLICY, len(OUTCOMES)))


class Record:
    """The tables of one run; months of the warm-up count towards histories and are not written."""

    def __init__(
        self,
        names: Sequence[str],
        kinds: Sequence[str],
        state: Callable[[], People],
        warm_up_months: int,
        date_of: DateOf,
    ) -> None:
        """Prepare empty tables for lenders in order of id; `state` returns people as they stand when it is called."""
        self.names = list(names)
        self.kinds = list(kinds)
        self.warm_up_months = warm_up_months
        self.state = state
        self.date_of = date_of
        self.columns = {name: RowTable(schema, date_of) for name, schema in SCHEMAS.items()}
        self.blocks: dict[str, BlockTable] = {}  # micro tables, if people are followed
        self.histories = [LenderHistory() for _ in names]
        self.vintages = Vintages(self.names, warm_up_months)
        self.segments = Segments(np.bincount(state().borrowers.group.astype(np.int64), minlength=GROUPS))
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
            {"lender": name, "kind": kind} | lender_row(history, economy.month, tallies, offer, report, binding)
            for name, kind, history, offer, report, binding in zip(
                self.names, self.kinds, self.histories, offers, reports, bindings, strict=True
            )
        ]
        self.vintages.follow(step, tallies)
        row = market_row(economy, tallies, int(self.segments.sizes.sum()))
        self.last_market_row = {**row, "date": economy.date}
        if economy.month < 0:
            return
        self.columns["market"].add(row)
        for row in lender_rows:
            self.columns["lender"].add(row)
        self.write_refused(economy.month, tallies)
        self.write_offers(economy.month, offers, tallies)
        self.write_estates(economy.month, reports)
        self.write_budgets(economy.month, reports)
        self.note_rows("segment", self.segments.rows(economy.month, tallies))
        for index, name in enumerate(self.names if tallies.tickets.any() else ()):
            self.columns["shape"].add(shape_row(name, index, economy.month, tallies))
        self.note_rows("liquidity", liquidity_rows(economy.month, tallies))
        self.columns["vintage"].extend(self.vintages.columns(step, tallies))
        self.write_rolls(economy.month, tallies)

    def note_rows(self, table: str, rows: Iterable[dict[str, Any]]) -> None:
        """Write rows that somebody else has made into a table."""
        for row in rows:
            self.columns[table].add(row)

    def note_block(self, table: str, block: Block) -> None:
        """Write rows that somebody else has made, many at a time, into a micro table, which begins with the first."""
        if table not in self.blocks:
            self.blocks[table] = BlockTable(MICRO_SCHEMAS[table], self.date_of)
        self.blocks[table].add(block)

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

    def write_refused(self, month: int, tallies: Tallies) -> None:
        """Write how many applications, and how much, ended for each reason, by lender, both rounds together."""
        counts, amounts = tallies.outcome_count.sum(axis=1).tolist(), tallies.outcome_amount.sum(axis=1).tolist()
        for name, count, amount in zip(self.names, counts, amounts, strict=True):
            for code in REFUSALS:
                if count[code]:
                    self.columns["refused"].add(
                        {
                            "month": month,
                            "lender": name,
                            "constraint": OUTCOMES[code],
                            "applications": count[code],
                            "amount_fen": amount[code],
                        }
                    )

    def write_offers(self, month: int, offers: Sequence[Offer], tallies: Tallies) -> None:
        """Write what every band of every lender was offered and took, and the arms of tests of prices."""
        self.columns["bands"].extend(band_columns(month, self.names, offers, tallies))
        for index, name in enumerate(self.names):
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
                        "narrowed_by_rules": int(use.is_narrowed),
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
        if name in self.blocks:
            return self.blocks[name].table()
        if name not in self.columns:
            raise KeyError(f"no table {name!r}; there are {', '.join((*self.columns, *self.blocks))}")
        return self.columns[name].table()

    @property
    def tables(self) -> dict[str, pa.Table]:
        """Return all tables by name; micro tables only when people are followed."""
        written = {name: rows.table() for name, rows in self.columns.items()}
        return written | {name: rows.table() for name, rows in self.blocks.items()}

    def people(self) -> pa.Table:
        """Return one row per borrower: what happened in the observation windows, groups, and the last refusal.

        The last refusal is the last application that came to nothing, also one before the windows: why it did, at
        which lender ("none" where nobody could be asked) and in which month; "not_applied" and no month where none did.
        `served_by` is the lender that last granted credit in the outcome window, "none" where none did.
        """
        borrowers = self.state().borrowers
        parts = parts_of_groups()[borrowers.group.astype(np.int64)]
        reason = borrowers.last_refusal
        nobody = np.isin(reason, (NOT_APPLIED, NO_LENDER))
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
        """Return the sha256 over all tables in canonical order: names, columns written, types and every value."""
        digest = hashlib.sha256()
        tables: dict[str, RowTable | BlockTable] = {**self.columns, **self.blocks}
        for name in sorted(tables):
            digest.update(name.encode())
            rows = tables[name]
            for column, kind in rows.written.items():
                digest.update(f"\0{column}\0{kind}\0".encode())
                digest.update(rows.canonical(column))
        return digest.hexdigest()
